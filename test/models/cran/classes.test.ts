import { predictsExactly } from '../exact.js';

predictsExactly(['xgboost', 'workflow', 'vetiver'], { seed: 0, count: 0 });
