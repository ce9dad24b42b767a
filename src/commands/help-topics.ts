import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../config/settings.js';
import { PenstockError } from '../errors.js';
import { installed } from '../installation.js';

/** A page of the documentation, which is part of the package. */
export interface HelpTopic {
  readonly name: string;
  /** The heading of the page. */
  readonly title: string;
}

const docs = installed('docs');
const PAGE = /^([a-z-]+)\.md$/;

/** The pages of the documentation, by the names of their files. */
export function helpTopics(): HelpTopic[] {
  const names = readdirSync(docs).flatMap((file) => PAGE.exec(file)?.[1] ?? []);
  return names.sort().map((name) => ({ name, title: /^# (.*)$/m.exec(page(name))?.[1] ?? name }));
}

/** The text of a page. Fails with `usage` if there is none. */
export function helpPage(topic: string): string {
  const names = helpTopics().map(({ name }) => name);
  if (names.includes(topic)) return page(topic);
  throw new PenstockError(
    'usage',
    `There is no command or help topic "${topic}".${didYouMean(topic, names)} \`penstock help\` lists all.`,
  );
}

function page(name: string): string {
  return readFileSync(join(docs, `${name}.md`), 'utf8');
}
