import { type ErrorCode, type ErrorEntry, errorCatalogue } from '../../src/errors.js';

/** docs/errors.md, from the catalogue of errors. */
export function errorsPage(): string {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  const ofCommands = codes.filter((code) => entryOf(code).exit !== undefined);
  const ofRequests = codes.filter((code) => entryOf(code).status !== undefined);
  return `${intro}
## Errors of commands

A command that fails says what happened, the code and what to do on stderr, and ends with an exit code: 0 done,
1 failed, 2 wrong use. Anything else that is printed with a stack is a fault of Penstock itself.

${ofCommands.map(section).join('\n')}
## Errors of requests

An answer of Penstock itself, not of the app, is JSON:

\`\`\`json
{
  "error": "503 - Service Unavailable",
  "code": "queue_full",
  "message": "${entryOf('queue_full').message}",
  "requestId": "…"
}
\`\`\`

${ofRequests.map(section).join('\n')}`;
}

const intro = `# Errors

<!-- Written by \`npm run docs\` from src/errors.ts. -->

Everything that Penstock itself can report, by its code. The codes are stable: programs may rely on them.
`;

function section(code: ErrorCode): string {
  const { exit, status, message, hint } = entryOf(code);
  const leaves = status === undefined ? `Exit code ${exit}` : `Status ${status}`;
  return `### \`${code}\`\n\n${leaves}. ${message}\n\n${hint}\n`;
}

function entryOf(code: ErrorCode): ErrorEntry {
  return errorCatalogue[code];
}
