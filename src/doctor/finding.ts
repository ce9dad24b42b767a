/** One thing that was looked at. */
export interface Finding {
  /** `missing`: the app cannot be served without it. */
  readonly status: 'ok' | 'note' | 'warning' | 'missing';
  /** What was looked at and how it is, on one line. */
  readonly title: string;
  /** More of it, a line each. */
  readonly details?: readonly string[];
  /** What to do, a line each; commands stand alone on their line. */
  readonly fix?: readonly string[];
}

export function isServable(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'missing');
}
