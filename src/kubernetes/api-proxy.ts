import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { Kubectl } from './kubectl.js';

/** Connections to the API server. */
const CONNECTIONS = 32;

/**
 * The cluster's API through one `kubectl proxy`, with the user's credentials: a program for each of a thousand pods would
 * take minutes. It listens on a socket in a folder that only this user can open.
 */
export class ApiProxy {
  readonly #agent: Agent;
  readonly #close: () => Promise<void>;

  private constructor(agent: Agent, close: () => Promise<void>) {
    this.#agent = agent;
    this.#close = close;
  }

  static async open(kubectl: Kubectl): Promise<ApiProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-api-'));
    const socketPath = join(folder, 'api.sock');
    const stop = kubectl.start([
      'proxy',
      `--unix-socket=${socketPath}`,
      '--accept-paths=^/api/v1/namespaces/',
    ]);
    const agent = new Agent({ connections: CONNECTIONS, connect: { socketPath } });
    const close = async () => {
      stop.end();
      await agent.destroy();
      await rm(folder, { recursive: true, force: true });
    };
    try {
      await stop.printed(/Starting to serve/);
    } catch (error) {
      await close();
      throw error;
    }
    return new ApiProxy(agent, close);
  }

  /** The text at a path; undefined if there is none within `timeout` ms. */
  async get(path: string, timeout: number): Promise<string | undefined> {
    try {
      const { body, statusCode } = await request(`http://localhost${path}`, {
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(timeout),
      });
      const text = await body.text();
      return statusCode === 200 ? text : undefined;
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#close();
  }
}
