/** npm run lanes: the lanes of the endpoints in typical APIs, and the reasons. */
import { table } from '../src/commands/table.js';
import { corpusLanes, LEAST_DIRECT, meanDirect } from '../test/support/corpus-lanes.js';

const lanes = await corpusLanes();
const rows = lanes.map(({ app, direct, endpoints, reasons, shape }) => [
  shape,
  app,
  String(endpoints),
  String(direct),
  reasons.join('; '),
]);
process.stdout.write(table([['SHAPE', 'API', 'ENDPOINTS', 'DIRECT', 'REASONS OF THE OTHERS'], ...rows]));

const endpoints = lanes.reduce((sum, each) => sum + each.endpoints, 0);
const direct = lanes.reduce((sum, each) => sum + each.direct, 0);
console.log(`\n${lanes.length} APIs, ${endpoints} endpoints, ${direct} of them in the direct lane.`);
console.log(`Average share per API: ${(100 * meanDirect(lanes)).toFixed(1)} %.`);
if (meanDirect(lanes) < LEAST_DIRECT) {
  console.error(`This is below the required ${100 * LEAST_DIRECT} %.`);
  process.exitCode = 1;
}
