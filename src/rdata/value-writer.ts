import type { ByteSink } from './byte-sink.js';
import type { RawString } from './raw-string.js';
import { RDataError } from './rdata-error.js';
import { Flag, Level, TypeCode } from './type-code.js';
import type {
  Attributes,
  RCharacter,
  REnvironment,
  RExternalPointer,
  RLanguage,
  RPairlist,
  RPromise,
  RSymbol,
  RValue,
  RWeakReference,
} from './value.js';

const CHAR_ASCII = TypeCode.char | (Level.ascii << Flag.levelShift);
const CHAR_UTF8 = TypeCode.char | (Level.utf8 << Flag.levelShift);
const CHAR_LEVEL: Readonly<Record<RawString['encoding'], number>> = {
  native: 0,
  latin1: Level.latin1,
  bytes: Level.bytes,
  utf8: Level.utf8,
};
const SINGLE_ENVIRONMENT: Readonly<Partial<Record<REnvironment['kind'], number>>> = {
  global: TypeCode.globalEnvironment,
  base: TypeCode.baseEnvironment,
  empty: TypeCode.emptyEnvironment,
  'base-namespace': TypeCode.baseNamespace,
};
const MAX_LENGTH = 2 ** 31 - 1;
/** JavaScript's stack holds several times more. */
const MAX_DEPTH = 1000;

/** Writes one value to a sink, recursively. The reverse of `ValueReader`. */
export class ValueWriter {
  private readonly sink: ByteSink;
  private symbols: Map<string, number> | undefined;
  private shared: Map<RValue, number> | undefined;
  private references = 0;
  private depth = 0;

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  write(value: RValue): void {
    if (++this.depth > MAX_DEPTH) throw new RDataError('limit', `nested deeper than ${MAX_DEPTH}`);
    this.writeType(value);
    this.depth--;
  }

  private writeType(value: RValue): void {
    switch (value.type) {
      case 'NULL':
        this.sink.int(TypeCode.null);
        break;
      case 'logical':
      case 'integer':
      case 'double':
      case 'raw':
        this.vector(TypeCode[value.type], value, value.values.length, value.values);
        break;
      case 'complex':
        this.vector(TypeCode.complex, value, value.values.length / 2, value.values);
        break;
      case 'character':
        this.characterVector(value);
        break;
      case 'list':
      case 'expression':
        this.list(TypeCode[value.type], value);
        break;
      case 'symbol':
        this.symbol(value);
        break;
      case 'pairlist':
      case 'dots':
      case 'language':
        this.pairlist(TypeCode[value.type], value);
        break;
      case 'closure':
        this.sink.int(flagsOf(TypeCode.closure, value) | Flag.tag);
        if (value.attributes) this.attributes(value.attributes);
        this.write(value.environment);
        this.write(value.formals);
        this.write(value.body);
        break;
      case 'promise':
        this.promise(value);
        break;
      case 'bytecode':
        this.write(value.expression);
        break;
      case 'builtin':
      case 'special': {
        const name = Buffer.from(value.name, 'utf8');
        this.sink.pair(TypeCode[value.type], name.length);
        this.sink.memory(name);
        break;
      }
      case 'environment':
        this.environment(value);
        break;
      case 'S4':
        this.sink.int(flagsOf(TypeCode.s4, value));
        if (value.attributes) this.attributes(value.attributes);
        break;
      case 'externalptr':
      case 'weakref':
        this.pointer(value);
        break;
    }
  }

  private promise(value: RPromise): void {
    const settled = value.environment.type === 'NULL';
    this.sink.int(flagsOf(TypeCode.promise, value) | (settled ? 0 : Flag.tag));
    if (value.attributes) this.attributes(value.attributes);
    if (!settled) this.write(value.environment);
    this.write(value.value);
    this.write(value.expression);
  }

  private pointer(value: RExternalPointer | RWeakReference): void {
    if (this.repeated(value)) return;
    this.sink.int(flagsOf(TypeCode[value.type], value));
    if (value.type === 'externalptr') {
      this.write(value.protected);
      this.write(value.tag);
    }
    if (value.attributes) this.attributes(value.attributes);
  }

  private vector(
    code: number,
    value: Parameters<typeof flagsOf>[1],
    length: number,
    values: Int32Array | Float64Array | Uint8Array,
  ): void {
    this.head(code, value, length);
    this.sink.memory(values);
    if (value.attributes) this.attributes(value.attributes);
  }

  private head(code: number, value: Parameters<typeof flagsOf>[1], length: number): void {
    if (length > MAX_LENGTH) throw new RDataError('unsupported', 'long vectors are not supported');
    this.sink.pair(value.attributes === undefined && !value.s4 ? code : flagsOf(code, value), length);
  }

  private characterVector(value: RCharacter): void {
    if (value.packed !== undefined) {
      this.vector(TypeCode.character, value, value.packed.length, value.packed.bytes);
      return;
    }
    const { values, marks } = value;
    this.head(TypeCode.character, value, values.length);
    for (let i = 0; i < values.length; i++) {
      const text = values[i] as string | null;
      if (text === null) this.sink.pair(TypeCode.char, -1);
      else this.string(text, marks?.get(i));
    }
    if (value.attributes) this.attributes(value.attributes);
  }

  private string(text: string, mark: RawString | undefined): void {
    if (mark === undefined) {
      this.sink.string(text, CHAR_ASCII, CHAR_UTF8);
      return;
    }
    this.sink.pair(TypeCode.char | (CHAR_LEVEL[mark.encoding] << Flag.levelShift), mark.bytes.length);
    this.sink.memory(mark.bytes);
  }

  private list(code: number, value: Extract<RValue, { type: 'list' | 'expression' }>): void {
    const { values } = value;
    this.head(code, value, values.length);
    for (let i = 0; i < values.length; i++) this.write(values[i] as RValue);
    if (value.attributes) this.attributes(value.attributes);
  }

  private pairlist(code: number, value: RPairlist | RLanguage): void {
    const { items } = value;
    if (items.length === 0) {
      this.sink.int(TypeCode.null);
      return;
    }
    for (const [i, item] of items.entries()) {
      const flags = i === 0 ? flagsOf(code, value) : code === TypeCode.dots ? code : TypeCode.pairlist;
      this.sink.int(flags | (item.tag ? Flag.tag : 0));
      if (i === 0 && value.attributes) this.attributes(value.attributes);
      if (item.tag) this.symbol(item.tag);
      this.write(item.value);
    }
    if (value.type !== 'language' && value.tail) this.write(value.tail);
    else this.sink.int(TypeCode.null);
  }

  private attributes(attributes: Attributes): void {
    for (const attribute of attributes) {
      this.sink.int(TypeCode.pairlist | Flag.tag);
      this.symbolNamed(attribute.name, undefined);
      this.write(attribute.value);
    }
    this.sink.int(TypeCode.null);
  }

  private symbol(symbol: RSymbol): void {
    if (symbol.special === 'missing') {
      this.sink.int(TypeCode.missingArgument);
      return;
    }
    if (symbol.special === 'unbound') {
      this.sink.int(TypeCode.unboundValue);
      return;
    }
    this.symbolNamed(symbol.name, symbol.mark);
  }

  private symbolNamed(name: string, mark: RawString | undefined): void {
    this.symbols ??= new Map();
    const key = mark === undefined ? name : `${mark.encoding}\0${mark.bytes.toString('latin1')}`;
    const known = this.symbols.get(key);
    if (known !== undefined) {
      this.reference(known);
      return;
    }
    this.symbols.set(key, ++this.references);
    this.sink.int(TypeCode.symbol);
    this.string(name, mark);
  }

  private environment(value: REnvironment): void {
    const code = SINGLE_ENVIRONMENT[value.kind];
    if (code !== undefined) {
      this.sink.int(code);
      return;
    }
    if (this.repeated(value)) return;
    if (value.kind !== 'local') {
      const name = value.name ?? [];
      this.sink.pair(value.kind === 'namespace' ? TypeCode.namespace : TypeCode.package, 0);
      this.sink.int(name.length);
      for (const part of name) {
        if (part === null) this.sink.pair(TypeCode.char, -1);
        else this.string(part, undefined);
      }
      return;
    }
    this.sink.pair(TypeCode.environment, value.locked ? 1 : 0);
    this.write(value.enclosure);
    this.write(value.frame);
    this.write(value.hashTable);
    if (value.attributes) this.attributes(value.attributes);
    else this.sink.int(TypeCode.null);
  }

  /** Writes a reference if the value was written before; otherwise gives it the next number. */
  private repeated(value: RValue): boolean {
    this.shared ??= new Map();
    const known = this.shared.get(value);
    if (known !== undefined) {
      this.reference(known);
      return true;
    }
    this.shared.set(value, ++this.references);
    return false;
  }

  private reference(index: number): void {
    this.sink.int((index << 8) | TypeCode.reference);
  }
}

function flagsOf(code: number, value: { attributes: Attributes | undefined; s4?: boolean }): number {
  let flags = code;
  if (value.attributes) {
    flags |= Flag.attributes;
    for (const attribute of value.attributes) if (attribute.name === 'class') flags |= Flag.object;
  }
  // S4 objects have the object bit even without a class attribute.
  if (value.s4) flags |= Flag.object | (Level.s4 << Flag.levelShift);
  return flags;
}
