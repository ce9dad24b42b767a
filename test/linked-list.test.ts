import { expect, test } from 'vitest';
import { type Linked, LinkedList } from '../src/linked-list.js';

class Item implements Linked<Item> {
  next: Item | undefined;
  previous: Item | undefined;
  listed = false;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function listOf(...names: string[]): { list: LinkedList<Item>; items: Item[] } {
  const list = new LinkedList<Item>();
  const items = names.map((name) => new Item(name));
  for (const item of items) list.add(item);
  return { list, items };
}

const namesOf = (list: LinkedList<Item>) => [...list].map(({ name }) => name).join('');

test('keeps items in order of insertion when others are removed', () => {
  for (const [out, left] of [
    [0, 'bc'],
    [1, 'ac'],
    [2, 'ab'],
  ] as const) {
    const { items, list } = listOf('a', 'b', 'c');
    expect(list.delete(items[out]!)).toBe(true);
    expect(namesOf(list)).toBe(left);
    expect(list.size).toBe(2);
    expect(list.first?.name).toBe(left[0]);
    list.add(items[out]!);
    expect(namesOf(list)).toBe(left + items[out]!.name);
  }
});

test('does not remove an item twice, and clears its links', () => {
  const { items, list } = listOf('a', 'b');
  list.delete(items[0]!);
  expect(list.delete(items[0]!)).toBe(false);
  expect(items[0]).toMatchObject({ next: undefined, previous: undefined });
  list.delete(items[1]!);
  expect([list.size, list.first]).toEqual([0, undefined]);
});

test('allows removing items during iteration', () => {
  const { list } = listOf('a', 'b', 'c');
  const seen: string[] = [];
  for (const item of list) {
    seen.push(item.name);
    list.delete(item);
  }
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(list.size).toBe(0);
});

test('inserts an item before those that must follow it', () => {
  for (const [name, order] of [
    ['a', 'abd'],
    ['c', 'bcd'],
    ['e', 'bde'],
  ] as const) {
    const { list } = listOf('b', 'd');
    const item = new Item(name);
    list.add(item, (other) => other.name > name);
    expect(namesOf(list)).toBe(order);
    list.delete(item);
    expect(namesOf(list)).toBe('bd');
  }
});
