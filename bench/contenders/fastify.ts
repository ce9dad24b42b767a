import { join } from 'node:path';
import { Child } from '../child.js';
import type { Contender } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';

/** A bare Fastify route that parses the request and returns the same JSON, without R. */
export const fastify: Contender = {
  key: 'fastify',
  runsR: false,
  async start({ probe }) {
    const port = await freePort();
    const script = join('bench', 'contenders', 'fastify-server.ts');
    const child = new Child('Fastify', process.execPath, () => [
      '--import',
      'tsx',
      script,
      String(port),
      JSON.stringify(probe),
    ]);
    const origin = `http://127.0.0.1:${port}`;
    await child.until(() => ask(origin, probe));
    return [{ name: 'bare Fastify, no R', origin, keepAlive: true }];
  },
};
