/**
 * Reads compiled functions. Only the compiled expression (the first constant) is kept; the rest is read to skip it.
 * See `ReadBC` in R's `serialize.c`.
 */
import type { ItemReader } from './item-reader.js';
import { TypeCode } from './type-code.js';
import type { Attributes, PairlistItem, RSymbol, RValue } from './value.js';
import { rNull } from './value.js';

/** A list cell that later code may refer to. */
interface SharedCell {
  readonly type: 'language' | 'pairlist';
  readonly items: PairlistItem[];
  readonly start: number;
  readonly attributes: Attributes | undefined;
  /** Cells from here to the end; undefined until the list is complete. */
  cost: number | undefined;
  value: RValue | undefined;
}

export class BytecodeReader {
  private readonly reader: ItemReader;
  private shared: (SharedCell | undefined)[] = [];
  private cells = 0;

  constructor(reader: ItemReader) {
    this.reader = reader;
  }

  read(): RValue {
    const length = this.reader.source.int();
    if (length < 0) this.reader.fail('malformed', 'compiled code has a negative number of shared cells');
    this.reader.source.expect(length, 2);
    return this.code();
  }

  private code(): RValue {
    this.reader.enter();
    this.reader.read(); // The instructions.
    const length = this.reader.source.int();
    if (length < 0) this.reader.fail('malformed', 'compiled code has a negative number of constants');
    this.reader.source.expect(length, 2);
    let expression: RValue = rNull;
    for (let i = 0; i < length; i++) {
      const type = this.reader.source.int();
      const constant = type === TypeCode.bytecode ? this.code() : this.constant(type);
      if (i === 0) expression = constant;
    }
    this.reader.leave();
    return expression;
  }

  private constant(type: number): RValue {
    switch (type) {
      case TypeCode.bytecodeReference:
        return this.lookUp(this.reader.source.int());
      case TypeCode.bytecodeDefinition:
      case TypeCode.language:
      case TypeCode.pairlist:
      case TypeCode.attributedLanguage:
      case TypeCode.attributedPairlist: {
        this.reader.enter();
        const value = this.list(type);
        this.reader.leave();
        return value;
      }
      default:
        return this.reader.read();
    }
  }

  /** Reads a list in a loop. Each cell may define a shared list that starts with it. */
  private list(firstType: number): RValue {
    const items: PairlistItem[] = [];
    const defined: { cell: SharedCell; cellsBefore: number }[] = [];
    let head: { type: 'language' | 'pairlist'; attributes: Attributes | undefined } | undefined;
    let type = firstType;
    for (;;) {
      let slot = -1;
      if (type === TypeCode.bytecodeDefinition) {
        slot = this.reader.source.int();
        type = this.reader.source.int();
      }
      const cell = this.cellHead(type);
      if (cell === undefined) {
        const rest = this.constant(type);
        this.append(items, rest);
        break;
      }
      if (head !== undefined && cell.attributes)
        this.reader.fail('unsupported', 'a list cell other than the first has attributes');
      head ??= cell;
      if (slot >= 0) {
        const shared: SharedCell = { ...cell, items, start: items.length, cost: undefined, value: undefined };
        this.shared[this.checkSlot(slot)] = shared;
        defined.push({ cell: shared, cellsBefore: this.cells });
      }
      this.count(1);
      const tag = this.tag();
      items.push({ tag, value: this.constant(this.reader.source.int()) });
      type = this.reader.source.int();
    }
    for (const { cell, cellsBefore } of defined) cell.cost = this.cells - cellsBefore;
    if (head === undefined) return this.reader.fail('malformed', 'compiled code has an empty list cell');
    return { type: head.type, items, attributes: head.attributes };
  }

  private cellHead(
    type: number,
  ): { type: 'language' | 'pairlist'; attributes: Attributes | undefined } | undefined {
    switch (type) {
      case TypeCode.language:
        return { type: 'language', attributes: undefined };
      case TypeCode.pairlist:
        return { type: 'pairlist', attributes: undefined };
      case TypeCode.attributedLanguage:
        return { type: 'language', attributes: this.attributes() };
      case TypeCode.attributedPairlist:
        return { type: 'pairlist', attributes: this.attributes() };
      default:
        return undefined;
    }
  }

  private attributes(): Attributes | undefined {
    const value = this.reader.read();
    if (value.type === 'NULL') return undefined;
    if (value.type !== 'pairlist') this.reader.fail('malformed', 'attributes are not a pairlist');
    return value.items.map((item) => ({ name: item.tag?.name ?? '', value: item.value }));
  }

  private tag(): RSymbol | undefined {
    const tag = this.reader.read();
    if (tag.type === 'NULL') return undefined;
    return tag.type === 'symbol'
      ? tag
      : this.reader.fail('malformed', 'the tag of a list cell is not a symbol');
  }

  private append(items: PairlistItem[], rest: RValue): void {
    if (rest.type === 'NULL') return;
    if (rest.type !== 'pairlist' && rest.type !== 'language') {
      this.reader.fail('unsupported', 'a pairlist does not end in NULL');
    }
    this.count(rest.items.length);
    for (const item of rest.items) items.push(item);
  }

  private lookUp(slot: number): RValue {
    const cell = this.shared[this.checkSlot(slot)];
    if (cell?.cost === undefined) {
      return this.reader.fail('malformed', `compiled code refers to the undefined shared cell ${slot}`);
    }
    this.count(cell.cost);
    const value = cell.value ?? {
      type: cell.type,
      items: cell.items.slice(cell.start),
      attributes: cell.attributes,
    };
    cell.value = value;
    return value;
  }

  private checkSlot(slot: number): number {
    if (slot < 0 || slot > 1 << 20)
      this.reader.fail('malformed', `invalid shared cell ${slot} in compiled code`);
    return slot;
  }

  /** Shared cells can nest, so a short input may expand to a huge expression. Every expanded cell is charged. */
  private count(cells: number): void {
    this.cells += cells;
    this.reader.charge(cells);
  }
}
