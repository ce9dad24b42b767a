import type { App, Target } from './contender.js';
import type { Question } from './question.js';
import type { Measure, Row } from './result.js';
import type { Settings } from './settings.js';

/** One question put to all contenders. */
export interface Scenario {
  readonly key: string;
  readonly title: string;
  readonly app: App;
  /** Its answer is checked before the measurement. */
  readonly question: Question;
  /** Whether contenders that do not run R take part. */
  readonly withoutR: boolean;
  readonly measures: readonly Measure[];
  workers(settings: Settings): number;
  method(settings: Settings): string;
  run(targets: readonly Target[], settings: Settings, report: (text: string) => void): Promise<Row[]>;
}
