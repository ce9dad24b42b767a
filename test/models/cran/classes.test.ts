import { predictsExactly } from '../exact.js';

predictsExactly(['xgboost', 'workflow', 'vetiver']);
