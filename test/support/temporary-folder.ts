import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** vitest's global setup: after all tests, removes temporary files, also those of R processes that were killed. */
export default function temporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
