import type { Manifest, Route } from '../app/manifest.js';
import { AppPaths, type RoutePaths, UnknownPaths } from '../lanes/route-paths.js';

/** The routes of the workers of one version. They differ if a file was edited before some of the workers loaded it. */
export class ReportedRoutes {
  readonly #lists = new Map<string, readonly Route[]>();
  #paths: RoutePaths | undefined;

  /** The paths of all routes that a worker may run. A new object after they have changed. */
  get paths(): RoutePaths {
    this.#paths ??= new AppPaths([...this.#lists.values()]);
    return this.#paths;
  }

  add({ framework, routes }: Manifest): void {
    if (framework !== undefined) {
      this.#paths ??= new UnknownPaths();
      return;
    }
    const text = JSON.stringify(routes);
    if (this.#lists.has(text)) return;
    this.#lists.set(text, routes);
    this.#paths = undefined;
  }
}
