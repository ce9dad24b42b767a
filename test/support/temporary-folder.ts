import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** vitest's global setup: what tests, and R processes that are killed, leave behind goes when all have ended. */
export default function temporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
