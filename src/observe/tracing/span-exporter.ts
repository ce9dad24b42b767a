import { attributesJson, type Span, spanJson } from './span.js';
import type { TraceSettings } from './trace-settings.js';

/** Milliseconds between sends, for one of them, and for the last one. */
const INTERVAL = 1000;
const TIMEOUT = 10_000;
const LAST = 2000;
/** Characters of spans that are sent at once, and that wait at most while the collector is slow. */
const MOST_SENT = 1024 * 1024;
const MOST_HELD = 8 * 1024 * 1024;

/** What becomes of spans. */
export type SpanOutcome = 'sent' | 'failed' | 'dropped';

/** Sends spans to a collector by OTLP over HTTP, in JSON. A slow collector costs spans, never requests. */
export class SpanExporter {
  readonly #settings: TraceSettings;
  readonly #before: string;
  readonly #outcome: (outcome: SpanOutcome, spans: number, why?: string) => void;
  #batches: { text: string; count: number }[] = [];
  #held = 0;
  #offset = Date.now() - performance.now();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  /** @param outcome hears of what has become of so many spans */
  constructor(
    settings: TraceSettings,
    version: string,
    outcome: (outcome: SpanOutcome, spans: number, why?: string) => void,
  ) {
    this.#settings = settings;
    this.#outcome = outcome;
    const resource = `{"attributes":${attributesJson(settings.attributes)}}`;
    const scope = `{"name":"penstock","version":${JSON.stringify(version)}}`;
    this.#before = `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[`;
  }

  add(span: Span): void {
    if (this.#held > MOST_HELD) {
      this.#outcome('dropped', 1);
      return;
    }
    const json = spanJson(span, this.#offset);
    this.#held += json.length;
    const last = this.#batches.at(-1);
    if (last === undefined || last.text.length > MOST_SENT) this.#batches.push({ text: json, count: 1 });
    else {
      last.text += `,${json}`;
      last.count += 1;
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#flush(), INTERVAL);
    this.#timer.unref();
  }

  /** Sends what is left, for as long as that may take. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST);
    });
    await Promise.race([this.#flush(), late]);
    clearTimeout(timer);
  }

  #flush(): Promise<void> {
    this.#timer = undefined;
    // The wall clock may have been set since.
    this.#offset = Date.now() - performance.now();
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
      const why = await this.#post(`${this.#before}${batch.text}]}]}]}`);
      this.#held -= batch.text.length;
      this.#outcome(why === undefined ? 'sent' : 'failed', batch.count, why);
    }
    this.#held = 0;
  }

  /** What is wrong, if it was not taken. */
  async #post(body: string): Promise<string | undefined> {
    const { headers, url } = this.#settings;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      await response.arrayBuffer();
      return response.ok ? undefined : `it answered with ${response.status}`;
    } catch (error) {
      const { cause, message } = error as Error;
      return cause instanceof Error ? cause.message : message;
    }
  }
}
