import { predictsExactly } from './exact.js';

/** Debian has the packages of these, and set-up installs them. */
predictsExactly([
  ...['lm', 'glm', 'poisson', 'nls', 'loess', 'rpart', 'randomForest', 'forestClass', 'ranger', 'rangerProb'],
  ...['nnet', 'multinom', 'gam', 'coxph', 'survreg', 'svm', 'glmnet'],
]);
