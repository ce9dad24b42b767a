/** The section of docs/benchmarks.md for processor time. */
export const CPU_TITLE = 'Processor time of a request';
