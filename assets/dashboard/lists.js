import { at, clock, count, el, setText, time } from './format.js';

/** The list of error groups. Open groups stay open when the list changes. */
export class Failures {
  #list = at('failures');
  #groups = new Map();
  #find;

  /** @param {(request: string) => void} find shows a request's log lines */
  constructor(find) {
    this.#find = find;
  }

  update(groups) {
    at('failures-empty').hidden = groups.length > 0;
    const total = groups.reduce((sum, group) => sum + group.count, 0);
    setText(
      at('failures-note'),
      total === 0 ? '' : `${count(total)} in ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`,
    );
    const there = new Set(groups.map(({ id }) => id));
    for (const [id, item] of this.#groups) {
      if (there.has(id)) continue;
      item.element.remove();
      this.#groups.delete(id);
    }
    groups.forEach((group, i) => {
      let item = this.#groups.get(group.id);
      if (item === undefined) {
        item = new FailureItem(this.#find);
        this.#groups.set(group.id, item);
      }
      item.update(group);
      if (this.#list.children[i] !== item.element)
        this.#list.insertBefore(item.element, this.#list.children[i] ?? null);
    });
  }
}

class FailureItem {
  #count = el('span', { class: 'badge' });
  #message = el('span', { class: 'message' });
  #where = el('span', { class: 'muted where' });
  #body = el('div', { class: 'more' });
  #shown;
  #find;

  constructor(find) {
    this.#find = find;
    const summary = el('summary', {}, this.#count, el('span', { class: 'what' }, this.#message, this.#where));
    this.element = el('details', {}, summary, this.#body);
  }

  update(group) {
    if (this.#shown === group.last) return;
    this.#shown = group.last;
    const {
      call,
      calls = [],
      code,
      count: times,
      first,
      last,
      message,
      method,
      path,
      requestId,
      status,
      worker,
    } = group;
    setText(this.#count, count(times));
    setText(this.#message, message.split('\n')[0]);
    const asked = path === undefined ? '' : `${method} ${path}, `;
    setText(this.#where, `${asked}${clock(last)}`);
    const facts = [
      times > 1 ? `First at ${clock(first)}, most recent at ${clock(last)}.` : `At ${clock(last)}.`,
      status === undefined || status === 0
        ? ''
        : `Answered with ${status}${code === undefined ? '' : ` (${code})`}.`,
      worker === undefined ? '' : `Worker ${worker}.`,
    ];
    this.#body.replaceChildren(el('p', {}, facts.filter((fact) => fact !== '').join(' ')));
    if (message.includes('\n'))
      this.#body.append(el('pre', { tabindex: '0', 'aria-label': 'Message' }, message));
    if (call !== undefined && call !== null) this.#body.append(el('p', {}, 'In ', el('code', {}, call)));
    if (calls.length > 0) {
      const lines = calls.map((one) => el('li', {}, el('code', {}, one)));
      this.#body.append(
        el('p', { class: 'label' }, 'Traceback, outermost call first'),
        el('ol', { class: 'calls' }, ...lines),
      );
    }
    if (requestId !== undefined) {
      const button = el('button', { type: 'button', class: 'link' }, `Log of ${requestId}`);
      button.addEventListener('click', () => this.#find(requestId));
      this.#body.append(button);
    }
  }
}

/** @param {(request: string) => void} find shows a request's log lines */
export function showSlow(requests, find) {
  at('slow-empty').hidden = requests.length > 0;
  at('slow-table').hidden = requests.length === 0;
  at('slow').replaceChildren(
    ...requests
      .slice(0, 50)
      .map(({ at: moment, duration, method, path, queue, r, requestId, status, worker }) => {
        const button = el(
          'button',
          { type: 'button', class: 'link path', title: requestId },
          `${method} ${path}`,
        );
        button.addEventListener('click', () => find(requestId));
        const number = (text) => el('td', { class: 'number' }, text);
        return el(
          'tr',
          {},
          el('td', {}, clock(moment)),
          el('td', {}, button),
          number(status === 0 ? 'disconnected' : String(status)),
          number(time(duration)),
          number(time(queue)),
          number(time(r)),
          number(worker === undefined ? '–' : String(worker)),
        );
      }),
  );
}

const causes = { signal: 'by SIGHUP', admin: 'by POST /reload', change: 'after a change' };

export function showReloads(reloads) {
  at('reloads-empty').hidden = reloads.length > 0;
  at('reloads').replaceChildren(
    ...[...reloads].reverse().map(({ appVersion, at: moment, by, fingerprint, message, outcome, took }) => {
      const what = {
        reloaded: `Version ${appVersion} (${fingerprint}) is serving`,
        failed: 'The app failed to load',
        superseded: 'Replaced by a newer change',
      }[outcome];
      const line = el(
        'p',
        {},
        el('span', { class: `outcome ${outcome}` }, what),
        el('span', { class: 'muted' }, ` ${causes[by] ?? by} at ${clock(Date.parse(moment))}, ${time(took)}`),
      );
      const item = el('li', {}, line);
      if (message !== undefined)
        item.append(el('pre', { tabindex: '0', 'aria-label': 'R message' }, message));
      return item;
    }),
  );
}
