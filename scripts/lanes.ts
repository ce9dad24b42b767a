/** npm run lanes: which lane the endpoints of the APIs take that are written as people write them, and why. */
import { corpusLanes, LEAST_DIRECT, meanDirect } from '../test/support/corpus-lanes.js';

const lanes = await corpusLanes();
const rows = lanes.map(({ app, direct, endpoints, reasons, shape }) => [
  shape,
  app,
  String(endpoints),
  String(direct),
  reasons.join('; '),
]);
rows.unshift(['SHAPE', 'API', 'ENDPOINTS', 'DIRECT', 'WHY THE OTHERS DO NOT']);
const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
for (const row of rows)
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );

const endpoints = lanes.reduce((sum, each) => sum + each.endpoints, 0);
const direct = lanes.reduce((sum, each) => sum + each.direct, 0);
console.log(`\n${lanes.length} APIs, ${endpoints} endpoints, ${direct} of them in the direct lane.`);
console.log(`Of an average API's endpoints, ${(100 * meanDirect(lanes)).toFixed(1)} % are.`);
if (meanDirect(lanes) < LEAST_DIRECT) {
  console.error(`That is less than ${100 * LEAST_DIRECT} %.`);
  process.exitCode = 1;
}
