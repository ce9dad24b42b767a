export { classOf, getAttribute, namesOf, setAttribute, withClass } from './attribute.js';
export { isNaReal, NA_INTEGER, setNaReal } from './na.js';
export { toPlain } from './plain.js';
export { RDataError, type RDataErrorKind } from './rdata-error.js';
export { type ReadLimits, readRData } from './read.js';
export * from './value.js';
export { writeRData } from './write.js';
