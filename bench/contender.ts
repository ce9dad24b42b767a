import type { Question } from './question.js';

/** What is served: the same plumber file by everyone. */
export interface App {
  /** Folder with plumber.R, relative to the root of the checkout; asked for when the app is about to be served. */
  folder(): string;
  /** The saved model that Penstock serves instead. */
  readonly model?: string;
  /** Penstock's lane for all routes; the direct one where that can be unless given. */
  readonly lane?: 'plumber';
  /** A question that the app answers when it is up. */
  readonly probe: Question;
}

/** One line of the tables: a way to reach a running server. */
export interface Entrant {
  readonly name: string;
  readonly origin: string;
  /** False: the client asks for the connection to be closed after each answer. */
  readonly keepAlive: boolean;
}

/** Something that serves an app, in one or several ways at once. */
export interface Contender {
  readonly key: string;
  /** Whether it runs R at all. */
  readonly runsR: boolean;
  start(app: App, workers: number): Promise<Entrant[]>;
}
