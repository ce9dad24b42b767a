import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

/** A program that builds images. */
export interface Engine {
  /** Its name or path. */
  readonly program: string;
  /** The program docker may be an alias of podman. */
  readonly kind: 'docker' | 'podman';
}

/** What an engine reports about an image. */
export interface ImageFacts {
  /** Digest of its configuration, which identifies it on this machine. */
  readonly id: string;
  /** Names with the digest of its manifest, which identify it in a registry. */
  readonly digests: readonly string[];
  /** Size of all layers, in bytes. */
  readonly size: number;
}

/** The requested engine, or docker if its daemon is running, else podman. */
export async function findEngine(requested: string | undefined): Promise<Engine> {
  const tried: string[] = [];
  for (const program of requested === undefined ? ['docker', 'podman'] : [requested]) {
    const answer = await ask(program, ['version']);
    if (answer.ok) {
      const { output } = await ask(program, ['--version']);
      return { program, kind: /podman/i.test(output) ? 'podman' : 'docker' };
    }
    tried.push(answer.absent ? `${program} is not installed` : `${program}: ${lastLine(answer.output)}`);
  }
  throw new PenstockError('no_image_builder', `${tried.join('; ')}.`);
}

/** What the engine reports about an image; undefined if it does not have the image. */
export async function inspectImage({ program }: Engine, reference: string): Promise<ImageFacts | undefined> {
  const { ok, output } = await ask(program, ['image', 'inspect', reference]);
  if (!ok) return undefined;
  const [facts] = JSON.parse(output) as { Id: string; RepoDigests?: string[]; Size: number }[];
  if (facts === undefined) return undefined;
  const { Id: id, RepoDigests: digests, Size: size } = facts;
  return { id: id.startsWith('sha256:') ? id : `sha256:${id}`, digests: digests ?? [], size };
}

/** Gives an image of this machine another name. */
export async function tagImage({ program }: Engine, reference: string, name: string): Promise<void> {
  await mustRun('image_not_built', program, ['tag', reference, name]);
}

export interface BuildInput {
  readonly folder: string;
  readonly tags: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly cache: boolean;
  /** Further words for the engine, such as --platform. */
  readonly flags: readonly string[];
}

/** Builds an image. The output of the engine goes to standard error. */
export async function buildImage({ kind, program }: Engine, input: BuildInput): Promise<void> {
  const { args, cache, flags, folder, tags } = input;
  // Podman's default format has no health checks.
  const format = kind === 'podman' ? ['--format', 'docker'] : [];
  const words = [
    ...['build', ...format, ...(cache ? [] : ['--no-cache']), ...flags],
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...tags.flatMap((tag) => ['--tag', tag]),
    folder,
  ];
  await mustRun('image_not_built', program, words, flags.length > 0 ? { DOCKER_BUILDKIT: '1' } : {});
}

/**
 * Pushes an image to the registry in its name. Registries on this machine have no certificate.
 *
 * @returns the digest by which the registry knows it; undefined if the engine does not tell
 */
export async function pushImage(engine: Engine, reference: string): Promise<string | undefined> {
  const { kind, program } = engine;
  const plain = kind === 'podman' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(reference);
  const words = ['push', ...(plain ? ['--tls-verify=false'] : [])];
  if (kind === 'docker') {
    await mustRun('image_not_pushed', program, [...words, reference]);
    const name = `${withoutTag(reference)}@`;
    const { digests = [] } = (await inspectImage(engine, reference)) ?? {};
    return digests.find((one) => one.startsWith(name))?.slice(name.length);
  }
  // Podman compresses the layers again, so what it knows of the local image is not what the registry has.
  const folder = await mkdtemp(join(tmpdir(), 'penstock-push-'));
  try {
    const file = join(folder, 'digest');
    await mustRun('image_not_pushed', program, [...words, '--digestfile', file, reference]);
    return (await readFile(file, 'utf8')).trim() || undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The name of an image without its tag. */
export function withoutTag(reference: string): string {
  return reference.replace(/:[^:/]+$/, '');
}

/** Docker 20 knows secrets and platforms only with BuildKit, which it does not use by default. */
function mustRun(
  code: 'image_not_built' | 'image_not_pushed',
  program: string,
  words: string[],
  variables: Readonly<Record<string, string>> = {},
) {
  return new Promise<void>((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, ...variables },
    });
    child.on('error', (error) => reject(new PenstockError(code, error.message)));
    child.on('close', (exit, signal) => {
      if (exit === 0) return resolve();
      const how = signal === null ? `exit code ${exit}` : signal;
      reject(new PenstockError(code, `${program} ${words[0]} ended with ${how}. See its output above.`));
    });
  });
}

interface Answer {
  readonly ok: boolean;
  readonly absent: boolean;
  readonly output: string;
}

function ask(program: string, words: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(program, words, { maxBuffer: 16 * 1024 ** 2, timeout: 60_000 }, (error, stdout, stderr) => {
      const absent = error?.code === 'ENOENT';
      resolve({ ok: error === null, absent, output: error === null ? stdout : stderr || error.message });
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
