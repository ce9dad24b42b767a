import type { WireResponse } from '../support/http.js';

/** The cookies that one server has set, sent back as a browser would, except that paths and dates are ignored. */
export class Jar {
  readonly #cookies = new Map<string, string>();

  keep(response: WireResponse): void {
    for (const [name, value] of response.headers) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const [pair = ''] = value.split(';');
      const equals = pair.indexOf('=');
      const [cookie, content] = [pair.slice(0, equals), pair.slice(equals + 1)];
      if (value.includes('Expires=Thu, 01 Jan 1970')) this.#cookies.delete(cookie);
      else this.#cookies.set(cookie, content);
    }
  }

  headers(): [string, string][] {
    if (this.#cookies.size === 0) return [];
    return [['Cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')]];
  }
}
