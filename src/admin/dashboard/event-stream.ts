import type { ServerResponse } from 'node:http';

/** How long a browser waits before it reconnects, in ms. */
const RECONNECT_DELAY_MS = 1000;

/** Server-sent events for one browser. A slow browser misses events, so that they do not fill the gateway's memory. */
export class EventStream {
  readonly #response: ServerResponse;
  /** Called when the browser disconnects or the server stops. */
  onClose: () => void = () => {};

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    });
    response.write(`retry: ${RECONNECT_DELAY_MS}\n\n`);
    response.on('error', () => {});
    response.once('close', () => this.onClose());
  }

  /** Returns false if the event was not sent, because the browser has not read the previous ones yet. */
  send(event: string, data: unknown): boolean {
    return this.sendText(eventText(event, data));
  }

  sendText(text: string): boolean {
    if (this.#response.writableNeedDrain) return false;
    this.#response.write(text);
    return true;
  }
}

/** The text of an event, to be sent to several streams. */
export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
