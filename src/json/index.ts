export { NotCovered } from './not-covered.js';
export { type OutlineLimits, outlineOf } from './outline.js';
export { type JsonParseOptions, parseJson, parseLargeJson } from './parse/parse.js';
export { type JsonPrintOptions, printOptions } from './print/options.js';
export { printParts } from './print/parts.js';
export { TextTooLong } from './print/piece-sink.js';
export { printJson, printJsonWith, printLargeJson } from './print/print.js';
