/** The answers of the two apps without R: the most that a Node server gives on this machine. */
import fastify from 'fastify';
import { echo, prediction } from '../question.js';

const server = fastify();

server.get<{ Querystring: { msg: string } }>('/echo', ({ query }) => ({
  msg: [`The message is: '${query.msg}'`],
}));

const answer: unknown = JSON.parse(prediction.answer);
server.post('/prediction', () => answer);

await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });

const check = await server.inject(echo.path);
if (check.body !== echo.answer) throw new Error(check.body);
