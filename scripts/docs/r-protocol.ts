import {
  FRAME_VERSION,
  FrameType,
  HEADER_BYTES,
  READ_AT_ONCE,
  TELL_BEGUN,
} from '../../src/protocol/frame.js';
import { partsFromWorker, partsToWorker } from '../../src/protocol/payloads.js';

/** r/protocol.R, from the description of the protocol in src/protocol/. */
export function rProtocol(): string {
  const types = Object.entries(FrameType).map(([name, type]) => `  ${snakeCase(name)} = ${type}L`);
  const read = Object.entries(partsToWorker).map(([name, parts]) => {
    return `${snakeCase(name)}_parts <- c(${parts.map((part) => `"${snakeCase(part)}"`).join(', ')})`;
  });
  const written = Object.entries(partsFromWorker).map(([name, parts]) => {
    return `# - ${snakeCase(name)}: ${parts.map(snakeCase).join(', ')}`;
  });
  return `# Generated from src/protocol/frame.ts and src/protocol/payloads.ts, which describe the protocol; \`npm run docs\`
# writes it.

frame_version <- ${FRAME_VERSION}L

# Bytes
header_size <- ${HEADER_BYTES}L
read_at_once <- ${READ_AT_ONCE}L

# Flags
tell_begun <- ${TELL_BEGUN}L

# An environment, since looking for a name in a long list takes longer.
frame_types <- list2env(list(
${types.join(',\n')}
), parent = emptyenv())

# The parts of payloads from the gateway that are lists without names
${read.join('\n')}

# The parts of payloads to the gateway that are lists without names:
${written.join('\n')}
`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
