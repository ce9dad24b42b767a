import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, relative } from 'node:path';
import type { AppLocation } from '../../app/find-app.js';
import { PenstockError } from '../../errors.js';
import { sendError } from '../../http/error-reply.js';
import type { OpenRequest } from '../../http/public-server.js';
import type { Logger } from '../../observe/log.js';
import { requestId } from '../../observe/request-id.js';
import type { Spare } from '../../pool/spare.js';
import type { AppVersions } from '../app-versions.js';
import { DevRequest } from './dev-request.js';
import { errorPage } from './error-page.js';
import { FileWatch } from './file-watch.js';

/** Says in answers of the version before that the files do not load. */
const HEADER = 'X-Penstock-Reload';

/** What R reads when it starts. */
const PROFILE = /^(\.Rprofile|\.Renviron|renv\.lock)$/;

/**
 * `penstock dev`: reloads when a file changes that the app has read. A request that comes meanwhile waits for that, so
 * that what has been saved is what is seen; while the files do not load, browsers are shown why.
 */
export class DevMode {
  readonly #app: AppLocation;
  readonly #versions: AppVersions;
  readonly #log: Logger;
  /** For the next reload; undefined where the app is a model. */
  readonly #spare: Spare | undefined;
  #watch: FileWatch | undefined;
  #reloading: Promise<unknown> | undefined;

  constructor(app: AppLocation, versions: AppVersions, log: Logger, spare: Spare | undefined) {
    this.#app = app;
    this.#versions = versions;
    this.#log = log;
    this.#spare = spare;
  }

  /** Loads the app for the first time, whether it loads or not, and follows its files from then on. */
  async start(): Promise<void> {
    this.#watch = new FileWatch(this.#app.directory, (files) => this.#changed(files));
    this.#watch.follow([this.#app.file]);
    await this.#reload();
  }

  close(): void {
    this.#watch?.close();
    this.#spare?.discard();
  }

  open(request: IncomingMessage, response: ServerResponse): OpenRequest {
    return new DevRequest(request, response, (open) => this.#decide(open));
  }

  #decide(open: DevRequest): void {
    if (this.#reloading === undefined) {
      this.#answer(open);
      return;
    }
    void this.#reloading.then(() => {
      if (!open.response.destroyed) this.#decide(open); // another file may have changed by now
    });
  }

  #answer(open: DevRequest): void {
    const { request, response } = open;
    const { reloads, serving } = this.#versions;
    const { message, outcome } = reloads.at(-1)!;
    if (outcome === 'failed' && isNavigation(request)) {
      this.#show(response, message!);
    } else if (serving === undefined) {
      sendError(response, new PenstockError('app_load_failed', message), requestId(request.headers));
    } else {
      if (outcome === 'failed') response.setHeader(HEADER, 'failed');
      open.passTo(serving.open(request, response));
    }
  }

  #show(response: ServerResponse, message: string): void {
    const { serving } = this.#versions;
    const rest =
      serving === undefined
        ? 'Nothing is served until it does.'
        : `Everything but pages in a browser is still answered by version ${serving.number}, the last one that did.`;
    response.writeHead(500, { 'Content-Type': 'text/html; charset=utf-8', [HEADER]: 'failed' });
    response.end(errorPage(message, rest));
  }

  #changed(files: readonly string[]): void {
    const names = files.map((file) => relative(this.#app.directory, file));
    this.#log.info({ event: 'changed', files }, `Changed: ${names.join(', ')}`);
    if (files.some((file) => PROFILE.test(basename(file)))) this.#spare?.discard();
    void this.#reload();
  }

  async #reload(): Promise<void> {
    const reload = this.#versions.reload('change');
    this.#reloading = reload;
    await reload;
    if (this.#reloading !== reload) return;
    this.#reloading = undefined;
    this.#spare?.start();
    const files = this.#versions.serving?.manifest?.files ?? [];
    this.#watch?.follow([this.#app.file, ...files]);
  }
}

/** A person looks at a page, rather than a program or a page at data. */
function isNavigation({ headers, method }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  const target = headers['sec-fetch-dest'];
  return target === undefined ? (headers.accept ?? '').includes('text/html') : target === 'document';
}
