import type { Question } from './question.js';

/** The served app. All contenders use the same plumber file. */
export interface App {
  /** The folder with plumber.R, relative to the root of the checkout. Called when a contender starts. */
  folder(): string;
  /** A saved model that Penstock serves instead. */
  readonly model?: string;
  /** Forces Penstock's lane for all routes. */
  readonly lane?: 'plumber';
  /** Names the form of the app that servers of other frameworks have in `contenders/others/`; undefined if they take no part. */
  readonly other?: 'echo' | 'cors' | 'prediction';
  /** Used to check whether the app is ready. */
  readonly probe: Question;
}

/** A way to reach a running server: one row of the tables. */
export interface Target {
  readonly name: string;
  readonly origin: string;
  /** If false, the client sends `Connection: close`. */
  readonly keepAlive: boolean;
}

/** A server, or several servers behind a load balancer. It may have several targets. */
export interface Contender {
  readonly key: string;
  readonly runsR: boolean;
  /** Why it can't take part on this machine; undefined if it can. */
  missing?(): string | undefined;
  /** Returns no targets if it can't serve the app. */
  start(app: App, workers: number): Promise<Target[]>;
}
