/** Connections that one load process opens. Requests of an open loop beyond them are not sent, and count as failed. */
export const MOST_CONNECTIONS = 16_000;

/** What the load process is to do; one request over and over, to one address. */
export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  /** The request as it is sent. */
  readonly request: string;
  readonly seconds: number;
  /** Closed loop: how long all connections ask before anything is counted, in seconds. */
  readonly warmSeconds?: number;
  /** Closed loop: so many connections, each of which asks again as soon as it has its answer. */
  readonly connections?: number;
  /** Closed loop: ends before its seconds have passed, once there were so many good answers. */
  readonly answers?: number | undefined;
  /** Open loop: so many requests a second, whatever becomes of those before them, on as many connections as needed. */
  readonly rate?: number;
  /** Open loop: a client that is rejected asks again at once. */
  readonly comesBack?: boolean;
  /** How long requests that are under way at the end may take, in ms. */
  readonly graceMs: number;
}

/** Quantiles in ms; NaN without any value. */
export interface Latency {
  readonly median: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface LoadResult {
  /** Answers with status 200 within the time, those with 503, and requests that got neither. */
  readonly good: number;
  readonly rejected: number;
  readonly failed: number;
  /** Requests that were due. */
  readonly offered: number;
  readonly goodPerSecond: number;
  readonly goodMs: Latency;
  readonly rejectedMs: Latency;
  /** Good answers of the connection that got most, divided by those of the one that got fewest. Closed loop only. */
  readonly unevenness: number;
}
