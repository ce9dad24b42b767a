import { predictsExactly } from './exact.js';

/** Models whose packages Debian has; set-up installs them. */
predictsExactly([
  ...['lm', 'glm', 'poisson', 'nls', 'loess', 'rpart', 'randomForest', 'forestClass', 'ranger', 'rangerProb'],
  ...['nnet', 'multinom', 'gam', 'coxph', 'survreg', 'svm', 'glmnet'],
]);
