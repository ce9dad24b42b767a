export { getAttribute, setAttribute, withClass } from './attribute.js';
export { isNaReal, NA_INTEGER } from './na.js';
export { toPlain } from './plain.js';
export { RDataError } from './rdata-error.js';
export { readRds } from './rds.js';
export { type ReadLimits, readRData } from './read.js';
export { rowCount, slicer } from './slice.js';
export * from './value.js';
export { writeRData, writeRDataPieces } from './write.js';
