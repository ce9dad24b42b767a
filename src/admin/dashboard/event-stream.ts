import type { ServerResponse } from 'node:http';

/** Milliseconds after which a browser that has lost the stream asks for it again. */
const RETRY = 1000;

/** Server-sent events to one browser. One that does not keep up misses some, rather than to have them pile up here. */
export class EventStream {
  readonly #response: ServerResponse;
  /** Called when the browser has gone, or the server ends. */
  onClose: () => void = () => {};

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    });
    response.write(`retry: ${RETRY}\n\n`);
    response.on('error', () => {});
    response.once('close', () => this.onClose());
  }

  /** False: it was not sent, since what was sent before has not been taken yet. */
  send(event: string, data: unknown): boolean {
    return this.sendText(eventText(event, data));
  }

  sendText(text: string): boolean {
    if (this.#response.writableNeedDrain) return false;
    this.#response.write(text);
    return true;
  }
}

/** An event as it is sent, for several streams. */
export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
