/** The numbers of R's serialization format (R Internals, section 1.8; `src/main/serialize.c`). */

export const TypeCode = {
  symbol: 1,
  pairlist: 2,
  closure: 3,
  environment: 4,
  promise: 5,
  language: 6,
  special: 7,
  builtin: 8,
  char: 9,
  logical: 10,
  integer: 13,
  double: 14,
  complex: 15,
  character: 16,
  dots: 17,
  list: 19,
  expression: 20,
  bytecode: 21,
  externalptr: 22,
  weakref: 23,
  raw: 24,
  s4: 25,
  altrep: 238,
  attributedPairlist: 239,
  attributedLanguage: 240,
  baseEnvironment: 241,
  emptyEnvironment: 242,
  bytecodeReference: 243,
  bytecodeDefinition: 244,
  persistent: 247,
  package: 248,
  namespace: 249,
  baseNamespace: 250,
  missingArgument: 251,
  unboundValue: 252,
  globalEnvironment: 253,
  null: 254,
  reference: 255,
} as const;

export const Flag = {
  object: 1 << 8,
  attributes: 1 << 9,
  tag: 1 << 10,
  /** The general purpose bits of an object start here. */
  levelShift: 12,
} as const;

/** The general purpose bits that matter to a reader. */
export const Level = { bytes: 2, latin1: 4, utf8: 8, s4: 16, cached: 32, ascii: 64 } as const;

/** Types that have cells like a pairlist. */
export const cellTypes = new Map<number, 'language' | 'dots'>([
  [TypeCode.language, 'language'],
  [TypeCode.dots, 'dots'],
]);
