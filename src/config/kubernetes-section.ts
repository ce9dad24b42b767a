import { type Document, isCollection, isNode } from 'yaml';

/** The section `kubernetes` as it is in the file: `src/kubernetes/section.ts` knows its keys. */
export interface KubernetesSection {
  readonly value: unknown;
  /** The file and line of a value in the section. */
  place(path: readonly string[]): string;
}

/** @param at gives the file and line of an offset */
export function readKubernetesSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): KubernetesSection {
  const lineOf = (path: readonly string[]): string | undefined => {
    const keys = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const found = isCollection(node) && path.length > 0 ? node.getIn(keys, true) : node;
    return isNode(found) && found.range ? at(found.range[0]) : undefined;
  };
  return {
    value: isNode(node) ? node.toJS(document) : null,
    place(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const found = lineOf(path.slice(0, length));
        if (found !== undefined) return found;
      }
      return lineOf([]) ?? at(0);
    },
  };
}
