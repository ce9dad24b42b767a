/** Returns the answers of the apps without R, to show the limit of a Node server on this machine. */
import fastify from 'fastify';
import { echo, type Question } from '../question.js';

const server = fastify();

server.get<{ Querystring: { msg: string } }>('/echo', ({ query }) => ({
  msg: [`The message is: '${query.msg}'`],
}));

const probe = JSON.parse(process.argv[3]!) as Question;
const answer: unknown = JSON.parse(probe.answer);
if (probe.method === 'POST') server.post(probe.path, () => answer);

await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });

const check = await server.inject(echo.path);
if (check.body !== echo.answer) throw new Error(check.body);
