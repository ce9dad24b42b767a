import { clock, el, isNumber, setText } from './format.js';

const HEIGHT = 150;
const PAD = { left: 46, right: 8, top: 8, bottom: 20 };

function svg(name, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** A round number at or above a value, for the top of an axis. */
export function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((digit) => digit * power >= value) * power;
}

/**
 * Lines or areas over time, drawn in place: an update sets the shapes of what is there. The plot is a slider over the
 * points in time, so that keys and screen readers get at the values as a mouse does.
 */
export class Chart {
  #format;
  #lines;
  #stacked;
  #width = 0;
  #top = 1;
  #span;
  #chosen;
  #plot;
  #svg = svg('svg', { 'aria-hidden': 'true', focusable: 'false' });
  #grid = [];
  #times = [];
  #cursor = svg('line', { class: 'cursor', visibility: 'hidden' });
  #tip = el('div', { class: 'tip', hidden: true });
  #least;

  /**
   * @param {object} options
   * @param {string} options.title
   * @param {(value: number) => string} options.format
   * @param {{ field: string, label: string, colour: string, area?: boolean }[]} options.series
   * @param {boolean} [options.stacked] each series stands on those before it
   * @param {number} [options.least] the axis goes up to this at least
   */
  constructor({ format, least = 0, series, stacked = false, title }) {
    this.#format = format;
    this.#stacked = stacked;
    this.#least = least;
    this.#lines = series.map((one) => ({
      ...one,
      area: svg('path', { class: `area ${one.colour}` }),
      line: svg('path', { class: `line ${one.colour}` }),
      filled: stacked || one.area === true,
      value: el('span', { class: 'value' }),
    }));
    const legend = el(
      'ul',
      { class: 'legend' },
      ...this.#lines.map(({ colour, label, value }) =>
        el('li', {}, el('span', { class: `swatch ${colour}`, 'aria-hidden': 'true' }), `${label} `, value),
      ),
    );
    for (let i = 0; i < 3; i++) {
      const line = svg('line', { class: 'grid' });
      const label = svg('text', { class: 'tick', 'text-anchor': 'end' });
      this.#grid.push({ line, label });
      this.#svg.append(line, label);
    }
    for (let i = 0; i < 4; i++) {
      const label = svg('text', { class: 'tick', 'text-anchor': ['start', 'middle', 'middle', 'end'][i] });
      this.#times.push(label);
      this.#svg.append(label);
    }
    for (const { area, filled } of this.#lines) if (filled) this.#svg.append(area);
    // The first one in front: where nothing stands on it, it is the one that is seen.
    for (const { line } of [...this.#lines].reverse()) this.#svg.append(line);
    this.#svg.append(this.#cursor);
    this.#plot = el(
      'div',
      {
        class: 'plot',
        tabindex: '0',
        role: 'slider',
        'aria-label': `${title}: moment`,
        'aria-valuemin': '0',
        'aria-valuemax': '0',
        'aria-valuenow': '0',
        'aria-valuetext': 'now',
      },
      this.#svg,
      this.#tip,
    );
    this.element = el(
      'figure',
      { class: 'panel chart' },
      el('figcaption', {}, el('h3', {}, title), legend),
      this.#plot,
    );
    this.#listen();
    new ResizeObserver(([entry]) => {
      this.#width = entry.contentRect.width;
      this.#svg.setAttribute('viewBox', `0 0 ${this.#width} ${HEIGHT}`);
      this.#draw();
    }).observe(this.#plot);
  }

  #listen() {
    const plot = this.#plot;
    plot.addEventListener('pointermove', (event) => {
      const x = event.clientX - plot.getBoundingClientRect().left;
      this.#choose(this.#nearest(x));
    });
    plot.addEventListener('pointerleave', () => this.#choose(undefined));
    plot.addEventListener('blur', () => this.#choose(undefined));
    plot.addEventListener('focus', () => this.#choose(this.#count - 1));
    plot.addEventListener('keydown', (event) => {
      const last = this.#count - 1;
      const now = this.#chosen ?? last;
      const to = {
        ArrowLeft: now - 1,
        ArrowDown: now - 1,
        ArrowRight: now + 1,
        ArrowUp: now + 1,
        PageDown: now - 30,
        PageUp: now + 30,
        Home: 0,
        End: last,
      }[event.key];
      if (event.key === 'Escape') this.#choose(undefined);
      if (to === undefined) return;
      event.preventDefault();
      this.#choose(Math.max(0, Math.min(last, to)));
    });
  }

  get #count() {
    return this.#span?.fields.at.length ?? 0;
  }

  #x(at) {
    const { fields, length, step } = this.#span;
    const to = fields.at.at(-1);
    const share = 1 - (to - at) / ((length - 1) * step);
    return PAD.left + share * (this.#width - PAD.left - PAD.right);
  }

  #y(value) {
    return HEIGHT - PAD.bottom - (value / this.#top) * (HEIGHT - PAD.bottom - PAD.top);
  }

  #nearest(x) {
    const { at } = this.#span?.fields ?? { at: [] };
    let best;
    for (let i = 0; i < at.length; i++) {
      const distance = Math.abs(this.#x(at[i]) - x);
      if (best === undefined || distance < best.distance) best = { i, distance };
    }
    return best?.i;
  }

  /** @param {{ step: number, length: number, fields: Record<string, (number | null)[]> }} span */
  update(span) {
    // A chosen moment stays the same moment while points come in at the end and leave at the beginning.
    const moment = this.#chosen === undefined ? undefined : this.#span.fields.at[this.#chosen];
    const sameSpan = this.#span?.step === span.step;
    this.#span = span;
    if (moment !== undefined) {
      const index = sameSpan ? span.fields.at.indexOf(moment) : -1;
      this.#chosen = index < 0 ? undefined : index;
    }
    this.#draw();
  }

  #draw() {
    if (this.#span === undefined || this.#width === 0 || this.#count === 0) return;
    const { at } = this.#span.fields;
    const lists = this.#levels();
    let most = this.#least;
    for (const list of lists) for (const value of list) if (value > most) most = value;
    this.#top = niceTop(most);
    this.#drawAxes(at);
    const floor = this.#y(0);
    this.#lines.forEach((series, n) => {
      const runs = this.#runs(at, lists[n]);
      series.line.setAttribute('d', runs.map((run) => `M${run.join('L')}`).join(''));
      if (!series.filled) return;
      const below = this.#stacked && n > 0 ? lists[n - 1] : undefined;
      const shape = runs.map((run) => {
        const from = run[0].split(' ')[0];
        const to = run.at(-1).split(' ')[0];
        return `M${from} ${floor}L${run.join('L')}L${to} ${floor}Z`;
      });
      const hole =
        below === undefined
          ? []
          : this.#runs(at, below).map((run) => {
              const from = run[0].split(' ')[0];
              const to = run.at(-1).split(' ')[0];
              return `M${from} ${floor}L${run.join('L')}L${to} ${floor}Z`;
            });
      series.area.setAttribute('d', [...shape, ...hole].join(''));
    });
    this.#plot.setAttribute('aria-valuemax', String(this.#count - 1));
    this.#showChosen();
  }

  /** Where each series' line runs. */
  #levels() {
    const { fields } = this.#span;
    if (!this.#stacked) return this.#lines.map(({ field }) => fields[field]);
    const lists = [];
    for (const { field } of this.#lines) {
      const below = lists.at(-1);
      lists.push(fields[field].map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
    }
    return lists;
  }

  /** Points as they are drawn, in runs without a gap. */
  #runs(at, list) {
    const runs = [];
    let run;
    for (let i = 0; i < at.length; i++) {
      const gap = i > 0 && at[i] - at[i - 1] > 3 * this.#span.step;
      if (!isNumber(list[i])) {
        run = undefined;
        continue;
      }
      if (run === undefined || gap) {
        run = [];
        runs.push(run);
      }
      run.push(`${this.#x(at[i]).toFixed(1)} ${this.#y(list[i]).toFixed(1)}`);
    }
    // A point between gaps is to be seen, too.
    for (const one of runs) if (one.length === 1) one.push(one[0]);
    return runs;
  }

  #drawAxes(at) {
    this.#grid.forEach(({ label, line }, i) => {
      const value = (this.#top * i) / (this.#grid.length - 1);
      const y = this.#y(value);
      for (const [name, place] of [
        ['x1', PAD.left],
        ['x2', this.#width - PAD.right],
        ['y1', y],
        ['y2', y],
      ]) {
        line.setAttribute(name, place);
      }
      label.setAttribute('x', PAD.left - 6);
      label.setAttribute('y', y + 4);
      setText(label, this.#format(value));
    });
    const { length, step } = this.#span;
    const to = at.at(-1);
    this.#times.forEach((label, i) => {
      const moment = to - (length - 1) * step * (1 - i / 3);
      label.setAttribute('x', this.#x(moment));
      label.setAttribute('y', HEIGHT - 4);
      setText(label, step === 1 ? clock(moment * 1000) : clock(moment * 1000).slice(0, 5));
    });
  }

  #choose(index) {
    this.#chosen = index;
    this.#showChosen();
  }

  #showChosen() {
    const i = this.#chosen ?? this.#count - 1;
    const { fields } = this.#span ?? {};
    if (fields === undefined) return;
    for (const { field, value } of this.#lines) setText(value, this.#format(fields[field][i]));
    const shown = this.#chosen !== undefined;
    this.#cursor.setAttribute('visibility', shown ? 'visible' : 'hidden');
    this.#tip.hidden = !shown;
    if (!shown) return;
    const x = this.#x(fields.at[i]);
    for (const [name, place] of [
      ['x1', x],
      ['x2', x],
      ['y1', PAD.top],
      ['y2', HEIGHT - PAD.bottom],
    ]) {
      this.#cursor.setAttribute(name, place);
    }
    const moment = clock(fields.at[i] * 1000);
    const values = this.#lines.map(({ field, label }) => `${label} ${this.#format(fields[field][i])}`);
    this.#tip.replaceChildren(el('b', {}, moment), ...values.map((text) => el('span', {}, text)));
    this.#tip.classList.toggle('left', x > this.#width / 2);
    this.#tip.style.setProperty('--x', `${x}px`);
    this.#plot.setAttribute('aria-valuenow', String(i));
    this.#plot.setAttribute('aria-valuetext', `${moment}: ${values.join(', ')}`);
  }
}

/** A small line without axes. */
export class Spark {
  #path = svg('path', { class: 'line' });
  #area = svg('path', { class: 'area' });

  constructor() {
    this.element = svg('svg', {
      class: 'spark',
      viewBox: '0 0 100 28',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
      focusable: 'false',
    });
    this.element.append(this.#area, this.#path);
  }

  update(list) {
    const values = list.slice(-60);
    if (values.length < 2) return;
    const top = Math.max(...values.map((value) => value ?? 0)) || 1;
    const points = values.map((value, i) => {
      const x = 100 - (values.length - 1 - i) * (100 / 59);
      return `${x.toFixed(1)} ${(26 - ((value ?? 0) / top) * 24).toFixed(1)}`;
    });
    this.#path.setAttribute('d', `M${points.join('L')}`);
    this.#area.setAttribute('d', `M${points[0].split(' ')[0]} 28L${points.join('L')}L100 28Z`);
  }
}
