import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

/** Where `npm run test:kubernetes` has installed kubectl, helm and the schemas. */
const folder = process.env.PENSTOCK_TEST_KUBERNETES!;

export const kubectl = join(folder, 'layer/kubectl/kubectl');
export const helm = join(folder, 'layer/helm/helm');

/** Loads one of the packages that are installed there. */
export const load = createRequire(join(folder, 'package.json'));

const run = promisify(execFile);

/** Runs a program and returns its standard output; rejects with its error output if it fails. */
export async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { maxBuffer: 64 * 1024 ** 2 });
  return stdout;
}

export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

/** The objects of a stream of YAML documents by kind and name. */
export function objectsIn(yaml: string): Map<string, AnyObject> {
  const objects = parseAllDocuments(yaml).flatMap((document) => (document.toJS() as AnyObject | null) ?? []);
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}
