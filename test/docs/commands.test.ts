import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/setup/root.mjs';
import { createProgram } from '../../src/program.js';

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The commands of a page that start with `penstock`, with `npx` or not: in shell blocks and in sentences. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!.replace(/\\\n/g, ' '));
  const inBlocks = blocks.flatMap((block) =>
    block.split('\n').flatMap((line) => /^(?:\$ )?(?:npx )?penstock (.*)$/.exec(line)?.[1] ?? []),
  );
  const prose = text.replace(/^```.*?^```$/gms, '');
  const inline = [...prose.matchAll(/`(?:npx )?penstock ([a-z][^`]*)`/g)].map(([, command]) => command!);
  return [...inBlocks, ...inline];
}

const program = createProgram(() => {});

/** What is wrong with a command: a name or a flag that does not exist. */
function faultOf(command: string): string | undefined {
  const [name = '', ...words] = command.replace(/\s#.*$/, '').split(/\s+/);
  const found = program.commands.find((one) => one.name() === name);
  if (found === undefined) return `there is no command ${name}`;
  const known = [...found.options.map(({ long }) => long), '--help'];
  const flags = words.flatMap((word) => /^--[a-z][a-z-]*/.exec(word) ?? []);
  return flags.find((flag) => !known.includes(flag));
}

test.each(pages.filter((page) => commandsOf(page).length > 0))(
  'every command in %s exists, with its flags',
  (page) => {
    const faults = commandsOf(page).flatMap((command) => {
      const fault = faultOf(command);
      return fault === undefined ? [] : [`${command}: ${fault}`];
    });
    expect(faults).toEqual([]);
  },
);
