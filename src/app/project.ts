import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files that R, or renv in it, reads in the folder that it starts in. */
const STARTUP_FILES: readonly string[] = ['.Rprofile', 'renv.lock'];

/** The names of the configuration file. The first one that exists is read. */
export const configNames: readonly string[] = ['penstock.yaml', 'penstock.yml'];

/** The files of a project that its apps need in another place, such as an image. */
const PROJECT_FILES: readonly string[] = [...STARTUP_FILES, 'renv/activate.R', 'renv/settings.json'];

/** A project ends here, even if it has no file that R reads at its start. */
const BOUNDARY = /^(\.git|.*\.Rproj)$/;

/**
 * The project that a folder belongs to: the nearest folder above it with an .Rprofile or a renv.lock. Undefined if the
 * folder has one itself, or if there is none up to the home folder or the end of the repository.
 */
export function projectAbove(directory: string, home: string = homedir()): string | undefined {
  const owners = ownersTrustedIn(directory);
  for (let folder = directory; folder !== home; folder = dirname(folder)) {
    const names = namesIn(folder);
    // A file that somebody else has put into a shared folder, such as /tmp, must not run.
    const found = STARTUP_FILES.filter(
      (name) => names.includes(name) && owners.has(ownerOf(join(folder, name))),
    );
    if (found.length > 0) return folder === directory ? undefined : folder;
    if (names.some((name) => BOUNDARY.test(name)) || folder === dirname(folder)) return undefined;
  }
  return undefined;
}

/** The files of the project, relative to it, that an app elsewhere would lack. */
export function projectFiles({ directory, entry, project }: ProjectPlace): string[] {
  if (project === undefined) return [];
  const wanted = entry === 'model' ? ['renv.lock'] : PROJECT_FILES;
  const files = wanted.filter((path) => isFile(join(project, path)) && !isFile(join(directory, path)));
  const configured = configNames.some((name) => isFile(join(directory, name)));
  const config = configured ? undefined : configNames.find((name) => isFile(join(project, name)));
  return config === undefined ? files : [...files, config];
}

/** Whether an image of the app contains its configuration file. */
export function imageHasConfig(app: ProjectPlace, file: string): boolean {
  if (dirname(file) === app.directory) return true;
  return projectFiles(app).some((path) => join(app.project!, path) === file);
}

/** What of an app's location matters here. */
interface ProjectPlace {
  readonly directory: string;
  readonly entry: string;
  readonly project?: string | undefined;
}

function ownersTrustedIn(directory: string): Set<number | undefined> {
  return new Set([ownerOf(directory), process.getuid?.(), 0]);
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
