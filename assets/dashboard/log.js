import { at, clock, el, setText, time } from './format.js';

/** Lines on the page. Older ones are removed. */
const MAX_LINES = 500;
/** The gateway sends lines four times a second. */
const SENDS_PER_SECOND = 4;

/** The most recent log lines that match the filter, which the gateway applies. */
export class LogView {
  #form = at('log-filter');
  #list = at('log');
  #panel = at('log-panel');
  #pause = at('log-pause');
  #source;
  #paused = false;
  #timer;

  constructor() {
    this.#form.addEventListener('input', () => this.#connectSoon());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.connect();
    });
    this.#form.addEventListener('reset', () => setTimeout(() => this.connect()));
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
  }

  /** Filters the log by a request or worker, and scrolls to it. */
  find(field, value) {
    this.#form.reset();
    this.#form.elements[field].value = String(value);
    this.#setPaused(false);
    this.connect();
    at('log-title').scrollIntoView({ block: 'start' });
    this.#form.elements[field].focus({ preventScroll: true });
  }

  connect() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const data = new FormData(this.#form);
    const query = new URLSearchParams();
    for (const name of ['request', 'worker', 'path']) {
      const value = String(data.get(name)).trim();
      if (value !== '') query.set(name, value);
    }
    if (data.get('notable') !== null) query.set('notable', 'true');
    let fresh = true;
    this.#source = new EventSource(`dashboard/log?${query}`);
    this.#source.addEventListener('open', () => {
      fresh = true;
    });
    this.#source.addEventListener('lines', (event) => {
      const { lines, omitted } = JSON.parse(event.data);
      if (fresh) {
        this.#list.replaceChildren();
      }
      fresh = false;
      if (!this.#paused) this.#add(lines, omitted);
    });
  }

  #connectSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), 250);
  }

  #setPaused(paused) {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', String(paused));
    setText(this.#pause, paused ? 'Resume' : 'Pause');
    if (!paused) this.connect();
  }

  #add(lines, omitted) {
    const follows = this.#panel.scrollHeight - this.#panel.scrollTop - this.#panel.clientHeight < 40;
    this.#list.append(...lines.map((line) => this.#item(line)));
    while (this.#list.children.length > MAX_LINES) this.#list.firstElementChild.remove();
    at('log-empty').hidden = this.#list.children.length > 0;
    setText(
      at('log-note'),
      omitted === 0
        ? ''
        : `${(omitted * SENDS_PER_SECOND).toLocaleString('en')} lines per second are not shown. Use the filter to see fewer lines.`,
    );
    if (follows) this.#panel.scrollTop = this.#panel.scrollHeight;
  }

  #item(line) {
    const failed = line.event === 'request' && line.status >= 400;
    const level = failed ? (line.status >= 500 ? 'error' : 'warn') : line.level;
    const item = el(
      'li',
      { 'data-level': level, 'data-event': line.event },
      el('time', { datetime: line.time }, `${clock(Date.parse(line.time))}${line.time.slice(19, 23)}`),
      el('span', { class: 'from' }, line.worker === undefined ? '' : `worker ${line.worker}`),
      el('span', { class: 'text' }, lineText(line)),
    );
    if (line.requestId !== undefined) {
      const id = String(line.requestId);
      const button = el('button', { type: 'button', class: 'link id', title: 'Show this request only' }, id);
      button.addEventListener('click', () => this.find('request', id));
      item.append(button);
    }
    return item;
  }
}

function lineText(line) {
  if (line.event !== 'request') return line.msg ?? line.event;
  const { batch, code, durationMs, elements, lane, method, openMs, path, queueMs, rMs, status } = line;
  const waited = elements === undefined ? 'promise' : `stream of ${elements} elements`;
  const open = openMs === undefined ? '' : `, ${waited} ${time(openMs)}`;
  const times = rMs === undefined ? '' : ` (waited ${time(queueMs)}, R ${time(rMs)}${open})`;
  const together = batch === undefined ? '' : `, batch of ${batch}`;
  return `${method} ${path} ${status === 0 ? 'client disconnected' : status}${code === undefined ? '' : ` ${code}`}, ${time(durationMs)}${times}, ${lane}${together}`;
}
