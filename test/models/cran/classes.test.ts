import { predictsExactly } from '../exact.js';

const names = [
  ...['xgboost', 'workflow', 'vetiver'],
  ...['lmer', 'glmer', 'caret', 'earth', 'gbm', 'kmeans', 'autoArima'],
];
predictsExactly(names, { seed: 0, count: 0 });
