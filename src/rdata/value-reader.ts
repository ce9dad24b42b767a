import { expandAltrep } from './altrep.js';
import type { ByteSource } from './byte-source.js';
import { BytecodeReader } from './bytecode-reader.js';
import type { Header } from './header.js';
import type { ItemReader } from './item-reader.js';
import { packedCharacter } from './packed-character.js';
import type { RawString } from './raw-string.js';
import type { RDataErrorKind } from './rdata-error.js';
import type { ReadLimits } from './read-limits.js';
import { type DecodedString, decodeString } from './string-decoder.js';
import { cellTypes, Flag, Level, TypeCode } from './type-code.js';
import type {
  Attributes,
  PairlistItem,
  RCharacter,
  REnvironment,
  RExternalPointer,
  RSymbol,
  RValue,
} from './value.js';
import { rMissingArgument, rNull, rUnboundValue } from './value.js';

/** Reads one value from a source, recursively. Format: R's `ReadItem` in `src/main/serialize.c`. */
export class ValueReader implements ItemReader {
  readonly source: ByteSource;
  readonly writerVersion: number;
  private readonly limits: Required<ReadLimits>;
  private readonly nativeIsLatin1: boolean;
  /** Symbols, environments and external pointers, in order of appearance. */
  private readonly references: RValue[] = [];
  private expanded = 0;
  private depth = 0;

  constructor(source: ByteSource, header: Header, limits: Required<ReadLimits>) {
    this.source = source;
    this.limits = limits;
    this.writerVersion = header.writerVersion;
    this.nativeIsLatin1 = /^(iso-?8859-1|latin-?1|cp1252|windows-1252)$/i.test(header.nativeEncoding);
  }

  read(): RValue {
    return this.readWithFlags(this.source.int());
  }

  charge(elements: number): void {
    this.expanded += elements;
    if (this.expanded > this.limits.maxExpanded) {
      this.fail('limit', `short forms expand to more than ${this.limits.maxExpanded} elements`);
    }
  }

  enter(): void {
    if (++this.depth > this.limits.maxDepth) this.fail('limit', `nested deeper than ${this.limits.maxDepth}`);
  }

  leave(): void {
    this.depth--;
  }

  fail(kind: RDataErrorKind, reason: string): never {
    return this.source.fail(kind, reason);
  }

  private readWithFlags(flags: number): RValue {
    this.enter();
    const value = this.readType(flags);
    this.leave();
    return value;
  }

  private readType(flags: number): RValue {
    switch (flags & 255) {
      case TypeCode.null:
        return rNull;
      case TypeCode.logical:
        return this.finish(
          { type: 'logical', values: this.source.ints(this.length()), attributes: undefined },
          flags,
        );
      case TypeCode.integer:
        return this.finish(
          { type: 'integer', values: this.source.ints(this.length()), attributes: undefined },
          flags,
        );
      case TypeCode.double:
        return this.finish(
          { type: 'double', values: this.source.doubles(this.length()), attributes: undefined },
          flags,
        );
      case TypeCode.complex:
        return this.finish(
          { type: 'complex', values: this.source.doubles(2 * this.length()), attributes: undefined },
          flags,
        );
      case TypeCode.character:
        return this.finish(this.characterVector(), flags);
      case TypeCode.raw:
        return this.finish(
          { type: 'raw', values: this.source.raw(this.length()), attributes: undefined },
          flags,
        );
      case TypeCode.list:
        return this.finish({ type: 'list', values: this.elements(), attributes: undefined }, flags);
      case TypeCode.expression:
        return this.finish({ type: 'expression', values: this.elements(), attributes: undefined }, flags);
      case TypeCode.symbol:
        return this.symbol();
      case TypeCode.reference:
        return this.reference(flags);
      case TypeCode.pairlist:
      case TypeCode.dots:
      case TypeCode.language:
        return this.pairlist(flags);
      case TypeCode.closure: {
        const attributes = flags & Flag.attributes ? this.attributes() : undefined;
        const environment = flags & Flag.tag ? this.read() : rNull;
        const formals = this.read();
        return marked({ type: 'closure', formals, body: this.read(), environment, attributes }, flags);
      }
      case TypeCode.promise: {
        const attributes = flags & Flag.attributes ? this.attributes() : undefined;
        const environment = flags & Flag.tag ? this.read() : rNull;
        const value = this.read();
        return { type: 'promise', environment, value, expression: this.read(), attributes };
      }
      case TypeCode.environment:
        return this.environment();
      case TypeCode.globalEnvironment:
        return this.sharedEnvironment('global');
      case TypeCode.baseEnvironment:
        return this.sharedEnvironment('base');
      case TypeCode.emptyEnvironment:
        return this.sharedEnvironment('empty');
      case TypeCode.baseNamespace:
        return this.sharedEnvironment('base-namespace');
      case TypeCode.namespace:
        return this.namedEnvironment('namespace');
      case TypeCode.package:
        return this.namedEnvironment('package');
      case TypeCode.missingArgument:
        return rMissingArgument;
      case TypeCode.unboundValue:
        return rUnboundValue;
      case TypeCode.special:
      case TypeCode.builtin: {
        const name = this.source.bytes(this.stringLength()).toString('utf8');
        return { type: (flags & 255) === TypeCode.special ? 'special' : 'builtin', name };
      }
      case TypeCode.s4:
        return this.finish({ type: 'S4', attributes: undefined }, flags);
      case TypeCode.bytecode:
        return this.finish({ type: 'bytecode', expression: this.bytecode(), attributes: undefined }, flags);
      case TypeCode.externalptr: {
        const pointer: RExternalPointer = {
          type: 'externalptr',
          protected: rNull,
          tag: rNull,
          attributes: undefined,
        };
        this.remember(pointer);
        pointer.protected = this.read();
        pointer.tag = this.read();
        return this.finish(pointer, flags);
      }
      case TypeCode.weakref:
        return this.finish(this.remember({ type: 'weakref', attributes: undefined }), flags);
      case TypeCode.altrep:
        return this.altrep();
      case TypeCode.persistent:
        return this.fail(
          'unsupported',
          'the value refers to an object that exists only in the R process that wrote it',
        );
      default:
        return this.fail('malformed', `there is no type ${flags & 255}`);
    }
  }

  private finish<T extends RValue & { attributes: Attributes | undefined }>(value: T, flags: number): T {
    if (flags & Flag.attributes) value.attributes = this.attributes();
    return marked(value, flags);
  }

  /** The length of a vector. -1 marks a long vector, of 2^31 elements or more. */
  private length(): number {
    const length = this.source.int();
    if (length === -1) this.fail('unsupported', 'long vectors are not supported');
    if (length < 0) this.fail('malformed', `a vector cannot have ${length} elements`);
    return length;
  }

  private stringLength(): number {
    const length = this.source.int();
    if (length < 0) this.fail('malformed', `a string cannot have ${length} bytes`);
    return length;
  }

  private elements(): RValue[] {
    const length = this.length();
    this.source.expect(length, 2);
    const values = new Array<RValue>(length);
    for (let i = 0; i < length; i++) values[i] = this.read();
    return values;
  }

  private characterVector(): RCharacter {
    return this.characters(this.length());
  }

  private characters(length: number): RCharacter {
    this.source.expect(length, 4);
    const packed = length < this.limits.packFrom ? undefined : this.source.packed(length);
    if (packed !== undefined) return packedCharacter(packed);
    const values = new Array<string | null>(length);
    let marks: Map<number, RawString> | undefined;
    for (let i = 0; i < length; i++) {
      const string = this.string();
      if (typeof string !== 'object' || string === null) {
        values[i] = string;
        continue;
      }
      values[i] = string.text;
      if (string.mark === undefined) continue;
      marks ??= new Map();
      marks.set(i, string.mark);
    }
    return { type: 'character', values, marks, attributes: undefined };
  }

  /** One CHARSXP. ASCII, by far the most common, is returned as a plain string. */
  private string(): string | null | DecodedString {
    const flags = this.source.int();
    if ((flags & 255) !== TypeCode.char) this.fail('malformed', 'expected a string');
    const length = this.source.int();
    if (length === -1) return null;
    if (length < 0) this.fail('malformed', `a string cannot have ${length} bytes`);
    const levels = flags >>> Flag.levelShift;
    if (levels & Level.ascii) return this.source.latin1(length);
    return decodeString(this.source.bytes(length), levels, this.nativeIsLatin1);
  }

  private symbol(): RSymbol {
    const string = this.string();
    if (string === null) return this.remember({ type: 'symbol', name: 'NA' });
    if (typeof string === 'string') return this.remember({ type: 'symbol', name: string });
    return this.remember({ type: 'symbol', name: string.text, mark: string.mark });
  }

  private reference(flags: number): RValue {
    const index = flags >>> 8 || this.source.int();
    const value = this.references[index - 1];
    return value ?? this.fail('malformed', `there is no reference ${index}`);
  }

  private remember<T extends RValue>(value: T): T {
    this.references.push(value);
    return value;
  }

  /** Reads the cells in a loop: argument lists and attributes may be longer than the depth limit. */
  private pairlist(flags: number): RValue {
    const type = cellTypes.get(flags & 255) ?? 'pairlist';
    const attributes = flags & Flag.attributes ? this.attributes() : undefined;
    const items: PairlistItem[] = [this.cell(flags)];
    for (;;) {
      const next = this.source.int();
      const code = next & 255;
      if (code === TypeCode.null) break;
      if (code !== TypeCode.pairlist && code !== TypeCode.language && code !== TypeCode.dots) {
        if (type === 'language') this.fail('unsupported', 'the arguments of a call do not end in NULL');
        return marked({ type, items, tail: this.readWithFlags(next), attributes }, flags);
      }
      if (next & Flag.attributes)
        this.fail('unsupported', 'a pairlist cell other than the first has attributes');
      items.push(this.cell(next));
    }
    return marked({ type, items, attributes }, flags);
  }

  private cell(flags: number): PairlistItem {
    let tag: RSymbol | undefined;
    if (flags & Flag.tag) {
      const value = this.read();
      if (value.type !== 'symbol') this.fail('malformed', 'the tag of a pairlist is not a symbol');
      tag = value;
    }
    return { tag, value: this.read() };
  }

  private attributes(): Attributes | undefined {
    const value = this.read();
    if (value.type === 'NULL') return undefined;
    if (value.type !== 'pairlist') this.fail('malformed', 'attributes are not a pairlist');
    return value.items.map((item) => {
      if (item.tag === undefined) this.fail('malformed', 'an attribute has no name');
      return { name: item.tag.name, value: item.value };
    });
  }

  private environment(): REnvironment {
    const environment = this.sharedEnvironment('local');
    this.remember(environment);
    environment.locked = this.source.int() !== 0;
    environment.enclosure = this.read();
    environment.frame = this.read();
    environment.hashTable = this.read();
    environment.attributes = this.attributes();
    return environment;
  }

  private sharedEnvironment(kind: REnvironment['kind'], name?: (string | null)[]): REnvironment {
    return {
      type: 'environment',
      kind,
      ...(name && { name }),
      locked: false,
      enclosure: rNull,
      frame: rNull,
      hashTable: rNull,
      attributes: undefined,
    };
  }

  private namedEnvironment(kind: 'namespace' | 'package'): REnvironment {
    if (this.source.int() !== 0) this.fail('unsupported', 'the name of an environment has names');
    const name = this.characters(this.length()).values;
    return this.remember(this.sharedEnvironment(kind, name));
  }

  private bytecode(): RValue {
    return new BytecodeReader(this).read();
  }

  private altrep(): RValue {
    const info = this.read();
    const state = this.read();
    const value = expandAltrep(this, info, state);
    const attributes = this.attributes();
    if (attributes !== undefined && 'attributes' in value) value.attributes = attributes;
    return value;
  }
}

function marked<T extends RValue>(value: T, flags: number): T {
  if ((flags >>> Flag.levelShift) & Level.s4) (value as { s4?: boolean }).s4 = true;
  return value;
}
