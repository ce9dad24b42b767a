import { Agent, request } from 'node:http';

/** A request and its correct answer. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly answer: string;
}

const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };

export const echo: Question = {
  method: 'GET',
  path: '/echo?msg=hi',
  answer: `{"msg":["The message is: 'hi'"]}`,
};

export const prediction: Question = {
  method: 'POST',
  path: '/prediction',
  body: JSON.stringify({ data: car }),
  answer: '["6"]',
};

export const slow: Question = { method: 'GET', path: '/asynchronousTest', answer: '["OK"]' };

/** Some servers write numbers with 15 digits, others with 17. */
function rounded(text: string): string {
  return text.replaceAll(/\d+\.\d+/g, (number) => Number(number).toPrecision(12));
}

/** Sends one request on a separate connection, and rejects if the answer is not correct. */
export function ask(origin: string, { method, path, body, answer }: Question): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}${path}`, { method, headers, agent }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (incoming.statusCode === 200 && rounded(text) === rounded(answer)) resolve();
        else
          reject(new Error(`${method} ${path} returned ${incoming.statusCode} ${text} instead of ${answer}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
