import uPlot from 'uplot';
import { clock, el, isNumber, setText } from './format.js';

const HEIGHT_PX = 150;
const AXIS_WIDTH_PX = 46;
const FONT = '10.5px system-ui, sans-serif';

/** A round number at or above a value, for the top of an axis. */
function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((digit) => digit * power >= value) * power;
}

/** uPlot draws on a canvas, which needs the colours that the style sheet computes for the present theme. */
const computed = (element, property) => () => getComputedStyle(element)[property];

const translucent = (colour) => colour.replace('rgb(', 'rgba(').replace(')', ', 0.16)');

const unbound = Object.fromEntries(
  ['mousedown', 'mouseup', 'click', 'dblclick', 'mousemove', 'mouseleave', 'mouseenter'].map((name) => [
    name,
    () => null,
  ]),
);

/** Indices of values without neighbours: no line leads to them, so they get a point. */
function isolated(plot, series) {
  const list = plot.data[series];
  return list.flatMap((value, i) =>
    isNumber(value) && !isNumber(list[i - 1]) && !isNumber(list[i + 1]) ? [i] : [],
  );
}

/**
 * Lines or areas over time. The plot is a slider over the points in time, so that the keyboard and screen readers reach
 * the values as a mouse does.
 */
export class Chart {
  #format;
  #lines;
  #stacked;
  #least;
  #span;
  /** The chosen moment in seconds. It stays the same while new points arrive. */
  #chosen;
  #plot;
  #slider;
  #tip = el('div', { class: 'tip', hidden: true });

  /**
   * @param {object} options
   * @param {string} options.title
   * @param {(value: number) => string} options.format
   * @param {{ field: string, label: string, colour: string, area?: boolean }[]} options.series
   * @param {boolean} [options.stacked] draws each series on top of those before it
   * @param {number} [options.least] smallest top of the axis
   */
  constructor({ format, least = 0, series, stacked = false, title }) {
    this.#format = format;
    this.#stacked = stacked;
    this.#least = least;
    this.#lines = series.map((one) => ({
      ...one,
      value: el('span', { class: 'value' }),
      swatch: el('span', { class: `swatch ${one.colour}`, 'aria-hidden': 'true' }),
    }));
    const legend = el(
      'ul',
      { class: 'legend' },
      ...this.#lines.map(({ label, swatch, value }) => el('li', {}, swatch, `${label} `, value)),
    );
    const canvas = el('div', { 'aria-hidden': 'true' });
    this.#slider = el(
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
      canvas,
      this.#tip,
    );
    this.element = el(
      'figure',
      { class: 'panel chart' },
      el('figcaption', {}, el('h3', {}, title), legend),
      this.#slider,
    );
    this.#plot = new uPlot(this.#options(legend), [[]], canvas);
    this.#listen();
    new ResizeObserver(([entry]) => {
      this.#plot.setSize({ width: entry.contentRect.width, height: HEIGHT_PX });
      this.#showChosen();
    }).observe(this.#slider);
  }

  #options(legend) {
    const muted = computed(legend, 'color');
    const line = computed(this.element, 'borderTopColor');
    const axis = { stroke: muted, font: FONT, ticks: { show: false } };
    // The first series is drawn last: where nothing stands on it, it is the one to see.
    const series = this.#lines.toReversed().map(({ area, swatch }) => {
      const stroke = computed(swatch, 'backgroundColor');
      const fill = this.#stacked || area ? () => translucent(stroke()) : undefined;
      return { stroke, fill, width: 1.6, points: { show: true, size: 3, filter: isolated } };
    });
    return {
      width: 300,
      height: HEIGHT_PX,
      padding: [8, 8, 0, 0],
      pxAlign: 0,
      legend: { show: false },
      // The chosen moment may come from the keyboard as well, so the slider handles all events.
      cursor: { y: false, points: { show: false }, bind: unbound },
      series: [{}, ...series],
      bands: this.#stacked ? series.slice(1).map((_, i) => ({ series: [i + 1, i + 2] })) : [],
      scales: {
        x: {
          range: () => {
            const { fields, length, step } = this.#span ?? { fields: { at: [0] }, length: 2, step: 1 };
            return [fields.at.at(-1) - (length - 1) * step, fields.at.at(-1)];
          },
        },
        y: { range: (_plot, _from, to) => [0, niceTop(Math.max(to ?? 0, this.#least))] },
      },
      axes: [
        {
          ...axis,
          size: 20,
          gap: 4,
          incrs: [60, 120, 300, 600, 900],
          space: 60,
          grid: { show: false },
          values: (_plot, moments) => moments.map((moment) => clock(moment * 1000).slice(0, 5)),
        },
        {
          ...axis,
          size: AXIS_WIDTH_PX,
          grid: { stroke: line, width: 1 },
          splits: (_plot, _axis, from, to) => [from, to / 2, to],
          values: (_plot, values) => values.map(this.#format),
        },
      ],
    };
  }

  #listen() {
    const slider = this.#slider;
    slider.addEventListener('pointermove', ({ clientX }) => {
      this.#choose(this.#plot.posToIdx(clientX - this.#plot.over.getBoundingClientRect().left));
    });
    slider.addEventListener('pointerleave', () => this.#choose(undefined));
    slider.addEventListener('blur', () => this.#choose(undefined));
    slider.addEventListener('focus', () => this.#choose(this.#count - 1));
    slider.addEventListener('keydown', (event) => {
      const last = this.#count - 1;
      const now = this.#index;
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

  /** Index of the chosen moment, or of the last one. */
  get #index() {
    const index = this.#chosen === undefined ? -1 : this.#span.fields.at.indexOf(this.#chosen);
    return index < 0 ? this.#count - 1 : index;
  }

  /** @param {{ step: number, length: number, fields: Record<string, (number | null)[]> }} span */
  update(span) {
    if (this.#span?.step !== span.step || !span.fields.at.includes(this.#chosen)) this.#chosen = undefined;
    this.#span = span;
    this.#plot.setData([span.fields.at, ...this.#levels().reverse()]);
    this.#slider.setAttribute('aria-valuemax', String(this.#count - 1));
    this.#showChosen();
  }

  /** Draws again, in the colours of another theme. */
  redraw() {
    this.#plot.redraw(false);
  }

  /** The values at which each series is drawn. */
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

  #choose(index) {
    this.#chosen = this.#span?.fields.at[index];
    this.#showChosen();
  }

  #showChosen() {
    const i = this.#index;
    if (i < 0) return;
    const { fields } = this.#span;
    for (const { field, value } of this.#lines) setText(value, this.#format(fields[field][i]));
    const shown = this.#chosen !== undefined;
    this.#tip.hidden = !shown;
    const x = shown ? this.#plot.valToPos(fields.at[i], 'x') : -10;
    this.#plot.setCursor({ left: x, top: shown ? 0 : -10 }, false);
    if (!shown) return;
    const moment = clock(fields.at[i] * 1000);
    const values = this.#lines.map(({ field, label }) => `${label} ${this.#format(fields[field][i])}`);
    this.#tip.replaceChildren(el('b', {}, moment), ...values.map((text) => el('span', {}, text)));
    this.#tip.classList.toggle('left', x > this.#plot.over.clientWidth / 2);
    this.#tip.style.setProperty('--x', `${x + AXIS_WIDTH_PX}px`);
    this.#slider.setAttribute('aria-valuenow', String(i));
    this.#slider.setAttribute('aria-valuetext', `${moment}: ${values.join(', ')}`);
  }
}
