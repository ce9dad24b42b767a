/** The result of one check. */
export interface Finding {
  /** `missing`: the app cannot be served until this is fixed. */
  readonly status: 'ok' | 'note' | 'warning' | 'missing';
  /** The subject and its state, on one line. */
  readonly title: string;
  /** Further lines. */
  readonly details?: readonly string[];
  /** What to do, one step per line. A command is alone on its line. */
  readonly fix?: readonly string[];
}

export function isServable(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'missing');
}
