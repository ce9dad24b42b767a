import { age, at, bytes, count, el, setText, time } from './format.js';

const states = {
  starting: 'starting',
  warming: 'loading the app',
  idle: 'idle',
  busy: 'busy',
  draining: 'draining',
  stopping: 'stopping',
};

/** One card for each worker, updated in place. */
export class Workers {
  #list = at('workers');
  #cards = new Map();
  #filter;
  #first = true;

  /** @param {(worker: number) => void} filter shows a worker's log lines */
  constructor(filter) {
    this.#filter = filter;
  }

  update(workers, serving, restarts) {
    const there = new Set(workers.map(({ id }) => id));
    for (const [id, card] of this.#cards) {
      if (there.has(id)) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
    for (const worker of workers) {
      const card = this.#cards.get(worker.id) ?? this.#add(worker);
      card.update(worker, serving);
    }
    this.#first = false;
    this.#list.classList.toggle('many', workers.length > 24);
    const busy = workers.filter(({ state }) => state === 'busy').length;
    const ended =
      restarts === 0
        ? ''
        : `, ${restarts} ended unexpectedly and ${restarts === 1 ? 'was' : 'were'} replaced`;
    setText(at('workers-note'), `${busy} of ${workers.length} busy${ended}`);
  }

  #add({ id }) {
    const card = new Card(id, this.#filter, !this.#first);
    this.#cards.set(id, card);
    this.#list.append(card.element);
    return card;
  }
}

class Card {
  #state = el('span', { class: 'worker-state' });
  #path = el('p', { class: 'path' });
  #work = el('p', { class: 'work' });
  #facts = el('p', { class: 'facts' });

  constructor(id, filter, isNew) {
    const button = el(
      'button',
      { type: 'button', class: 'link', 'aria-label': `Worker ${id}: show its log` },
      `${id}`,
    );
    button.addEventListener('click', () => filter(id));
    this.element = el(
      'li',
      { class: isNew ? 'worker new' : 'worker', 'data-worker': String(id) },
      el('div', { class: 'head' }, button, this.#state),
      this.#path,
      this.#work,
      this.#facts,
    );
  }

  update({ age: seconds, batch, lane, memory, open, path, requests, since, state, version }, serving) {
    if (this.element.dataset.state !== state) this.element.dataset.state = state;
    setText(this.#state, states[state] ?? state);
    setText(this.#path, path ?? '');
    this.#path.title = path ?? '';
    const together = batch > 1 ? `, batch of ${batch}` : '';
    setText(this.#work, path === undefined ? '' : `${time(since)}, ${lane} lane${together}`);
    this.element.classList.toggle('long', since >= 1000);
    const old = version === serving ? '' : `, version ${version}`;
    const requestText = `${count(requests)} ${requests === 1 ? 'request' : 'requests'}`;
    const waits = open > 0 ? `, ${count(open)} open` : '';
    setText(this.#facts, `${requestText}${waits}, ${bytes(memory)}, ${age(seconds)}${old}`);
  }
}
