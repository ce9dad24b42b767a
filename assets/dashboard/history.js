/** The gateway's samples of the last hour: one list per field, for each step. */
export class History {
  #spans = new Map();

  replace(spans) {
    this.#spans = new Map(spans.map(({ fields, length, step }) => [step, { fields, length, step }]));
  }

  add({ point, step }) {
    const span = this.#spans.get(step);
    if (span === undefined) return;
    for (const [name, list] of Object.entries(span.fields)) {
      list.push(point[name] ?? null);
      if (list.length > span.length) list.shift();
    }
  }

  /** @param {number} step 1 for the last five minutes, 10 for the last hour */
  span(step) {
    return this.#spans.get(step);
  }

  /** Mean of a field over the last seconds, or null without values. */
  mean(field, seconds) {
    const list = (this.#spans.get(1)?.fields[field] ?? []).slice(-seconds).filter((value) => value !== null);
    return list.length === 0 ? null : list.reduce((sum, value) => sum + value, 0) / list.length;
  }

  /** The most recent value of a field within the last seconds, or null. */
  latest(field, seconds = 1) {
    const list = this.#spans.get(1)?.fields[field] ?? [];
    for (let i = list.length - 1; i >= Math.max(0, list.length - seconds); i--) {
      if (list[i] !== null) return list[i];
    }
    return null;
  }
}
