/** A reporter of vitest's: which files took longest, as they are where a run's time can be saved. */

const shown = 10;

/**
 * @param {{ file: string, took: number }[]} files with milliseconds
 * @returns {string}
 */
export function slowestFiles(files) {
  const slowest = files.toSorted((a, b) => b.took - a.took).slice(0, shown);
  const lines = slowest.map(({ file, took }) => `${(took / 1000).toFixed(1).padStart(8)} s  ${file}`);
  return ['Slowest test files:', ...lines].join('\n');
}

/** The ten slowest are printed when all have run. */
export default class SlowFiles {
  /** @type {{ file: string, took: number }[]} */
  #files = [];

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    const { collectDuration, duration } = module.diagnostic();
    this.#files.push({ file: module.relativeModuleId, took: collectDuration + duration });
  }

  onTestRunEnd() {
    console.log(slowestFiles(this.#files));
  }
}
