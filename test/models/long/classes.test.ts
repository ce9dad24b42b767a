import { predictsExactly } from '../exact.js';

/** More models of the packages that set-up installs, in forms that people save. */
const names = [
  ...['weighted', 'mlm', 'aov', 'gamma', 'stepwise', 'ppr', 'surface', 'princomp', 'holtWinters', 'structTS'],
  ...['rlm', 'negbin', 'polr', 'gls', 'nlme', 'tree', 'network', 'svmClass', 'bam', 'lognormal'],
];
predictsExactly(names, { seed: 0, count: 0 });
