import { sampled, sized } from '../support/sized.js';
import { predictsExactly } from './exact.js';

/** Models whose packages Debian has; set-up installs them. */
const names = [
  ...['lm', 'glm', 'poisson', 'nls', 'loess', 'rpart', 'randomForest', 'forestClass', 'ranger', 'rangerProb'],
  ...['nnet', 'multinom', 'gam', 'coxph', 'survreg', 'svm', 'glmnet', 'cvGlmnet', 'glmnetClasses'],
  ...['lda', 'qda', 'prcomp', 'arima', 'lme', 'bayes'],
];
predictsExactly(sampled(names, 2), { seed: 1, count: sized(22, 44) });
