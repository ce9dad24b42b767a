import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = [root, resolve(root, 'docs')].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => resolve(folder, name)),
);

/** Targets of links and images in Markdown, and of images in HTML. Code is skipped. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map((match) => match[1] ?? match[2]!);
}

/** The anchors that GitHub gives to the headings. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(pages.map((page) => relative(root, page)))('every relative link in %s has a target', (name) => {
  const page = resolve(root, name);
  const broken = linksOf(readFileSync(page, 'utf8')).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : resolve(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('docs/README.md lists every page', () => {
  const index = readFileSync(resolve(root, 'docs/README.md'), 'utf8');
  const names = readdirSync(resolve(root, 'docs')).filter((name) => /\.(md|yaml)$/.test(name));
  expect(names.filter((name) => name !== 'README.md' && !index.includes(`](${name}`))).toEqual([]);
});
