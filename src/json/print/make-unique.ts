/** R's `make.unique()`: the second `a` becomes `a.1`, unless that is taken. */
export function makeUnique(names: readonly string[]): string[] {
  const taken = new Set(names);
  if (taken.size === names.length) return names.slice();
  const result = names.slice();
  const seen = new Set<string>();
  const next = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (!seen.has(name)) {
      seen.add(name);
      continue;
    }
    let count = next.get(name) ?? 1;
    // R stops at the number of names, where one was always free.
    while (taken.has(`${name}.${count}`)) count++;
    const unique = `${name}.${count}`;
    result[i] = unique;
    taken.add(unique);
    next.set(name, count + 1);
  }
  return result;
}
