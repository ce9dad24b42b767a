import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, join, relative } from 'node:path';
import { type AppLocation, startFolder } from '../../app/find-app.js';
import { PenstockError } from '../../errors.js';
import { sendError } from '../../http/error-reply.js';
import type { OpenRequest } from '../../http/public-server.js';
import type { Logger } from '../../observe/log.js';
import { requestId } from '../../observe/request-id.js';
import type { Spare } from '../../pool/spare.js';
import type { AppVersions } from '../app-versions.js';
import { DevRequest } from './dev-request.js';
import { loadErrorPage } from './error-page.js';
import { FileWatch } from './file-watch.js';
import { isNavigation } from './navigation.js';

/** Tells programs that the response comes from an older version, because the app does not load. */
const RELOAD_HEADER = 'X-Penstock-Reload';

/** Files that R reads on startup. */
const PROFILE = /^(\.Rprofile|\.Renviron|renv\.lock)$/;

/**
 * `penstock dev`: reloads the app when one of its files changes. Requests wait for the reload, so they always see the
 * saved files. While the app does not load, browsers show the error.
 */
export class DevMode {
  readonly #app: AppLocation;
  readonly #versions: AppVersions;
  readonly #log: Logger;
  /** An R process for the next reload; undefined for models. */
  readonly #spare: Spare | undefined;
  #watch: FileWatch | undefined;
  #reloading: Promise<unknown> | undefined;

  constructor(app: AppLocation, versions: AppVersions, log: Logger, spare: Spare | undefined) {
    this.#app = app;
    this.#versions = versions;
    this.#log = log;
    this.#spare = spare;
  }

  /** Loads the app for the first time and watches its files, even if it does not load. */
  async start(): Promise<void> {
    this.#watch = new FileWatch(this.#app.directory, (files) => this.#changed(files));
    this.#watch.follow([this.#app.file, ...this.#startFiles], Date.now());
    await this.#reload();
  }

  close(): void {
    this.#watch?.close();
    this.#spare?.discard();
  }

  open(request: IncomingMessage, response: ServerResponse): OpenRequest {
    return new DevRequest(request, response, (held) => this.#decide(held));
  }

  #decide(held: DevRequest): void {
    if (this.#reloading === undefined) {
      this.#answer(held);
      return;
    }
    void this.#reloading.then(() => {
      if (!held.response.destroyed) this.#decide(held); // another file may have changed meanwhile
    });
  }

  #answer(held: DevRequest): void {
    const { request, response } = held;
    const { reloads, serving } = this.#versions;
    const { message, outcome } = reloads.at(-1)!;
    if (outcome === 'failed' && isNavigation(request)) {
      this.#show(response, message!);
    } else if (serving === undefined) {
      sendError(response, new PenstockError('app_load_failed', message), requestId(request.headers));
    } else {
      if (outcome === 'failed') response.setHeader(RELOAD_HEADER, 'failed');
      held.pass(serving.open(request, response));
    }
  }

  #show(response: ServerResponse, message: string): void {
    const { serving } = this.#versions;
    const rest =
      serving === undefined
        ? 'No version of the app is running.'
        : `Version ${serving.number} still answers all requests except page loads in a browser.`;
    response.writeHead(500, { 'Content-Type': 'text/html; charset=utf-8', [RELOAD_HEADER]: 'failed' });
    response.end(loadErrorPage(message, rest));
  }

  #changed(files: readonly string[]): void {
    const names = files.map((file) => relative(this.#app.directory, file));
    this.#log.info({ event: 'changed', files }, `Changed: ${names.join(', ')}`);
    if (files.some((file) => PROFILE.test(basename(file)))) this.#spare?.discard();
    void this.#reload();
  }

  async #reload(): Promise<void> {
    const startedAt = Date.now();
    const reload = this.#versions.reload('change');
    this.#reloading = reload;
    await reload;
    if (this.#reloading !== reload) return;
    this.#reloading = undefined;
    this.#spare?.start();
    this.#watch?.follow([this.#app.file, ...this.#startFiles, ...this.#versions.files], startedAt);
  }

  /** Files of the project that R reads when it starts. They may not exist yet. */
  get #startFiles(): string[] {
    return ['.Rprofile', '.Renviron', 'renv.lock'].map((name) => join(startFolder(this.#app), name));
  }
}
