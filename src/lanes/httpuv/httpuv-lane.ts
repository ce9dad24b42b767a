import type { StaticPath } from '../../app/manifest.js';
import type { Lane, LaneRequest, Prepared } from '../lane.js';
import { PlumberLane } from '../plumber/plumber-lane.js';
import { StaticFiles } from './static-files.js';

/** The lane of apps that run on httpuv: the gateway sends static files, and R gets all other requests whole. */
export class HttpuvLane implements Lane {
  readonly #files: StaticFiles;
  readonly #whole = new PlumberLane(undefined);

  constructor(paths: readonly StaticPath[]) {
    this.#files = new StaticFiles(paths);
  }

  takesFile(): boolean {
    return true;
  }

  prepare(request: LaneRequest): Prepared | Promise<Prepared> {
    const found = this.#files.find(request.http);
    if (found === undefined) return this.#work(request);
    return found.then((reply) => (reply === undefined ? this.#work(request) : { lane: 'httpuv', reply }));
  }

  #work(request: LaneRequest): Prepared {
    return { ...this.#whole.prepare(request, false), lane: 'httpuv' };
  }
}
