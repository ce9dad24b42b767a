import type { WireResponse } from '../support/http.js';

/** The cookies one server has set, as a browser would send them back (paths and dates aside). */
export class Jar {
  readonly #cookies = new Map<string, string>();

  keep(response: WireResponse): void {
    for (const [name, value] of response.headers) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const [pair = ''] = value.split(';');
      const equals = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
  }

  headers(): [string, string][] {
    if (this.#cookies.size === 0) return [];
    return [['Cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')]];
  }
}
