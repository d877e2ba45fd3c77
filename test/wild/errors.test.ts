import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import log4js from 'log4js';
import pino from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import winston from 'winston';
import jackdaw from '../../src/adapters/pino.js';
import { JackdawTransport } from '../../src/adapters/winston.js';
import { jackdawLogger } from '../adapters/log4js-logger.js';
import { closedPort } from '../support/closed-port.js';
import { findCanaries } from '../support/find-canaries.js';
import { type MemoryClient, memoryClient } from '../support/memory-client.js';

// Their types are not installed where the rest of the project is.
const load: NodeJS.Require = createRequire(__filename);
const { kinds, secretAt } = load('../support/canaries.cjs');
const SECRET: string = secretAt(kinds.indexOf('password'), 'an error').value;

/** Where a library finds nobody, or somebody who refuses it. */
let ports: { readonly closed: number; readonly http: number; readonly postgres: number; readonly redis: number };

const refuse: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(401, { 'content-type': 'application/json', 'set-cookie': `sid=${SECRET}` });
  response.end(JSON.stringify({ error: 'no', token: SECRET }));
};

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>,
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return (server.address() as AddressInfo).port;
}

function answering(reply: Buffer): Promise<number> {
  return listening(
    createTcpServer((socket: Socket) => socket.on('error', () => {}).once('data', () => socket.end(reply))),
  );
}

/** PostgreSQL 17 protocol, ErrorResponse. */
function postgresError(): Buffer {
  const fields = Buffer.from(
    `SFATAL\0C28P01\0Mpassword authentication failed for user "bob"\0Dtried password=${SECRET}\0\0`,
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

beforeAll(async () => {
  ports = {
    closed: await closedPort(),
    http: await listening(createServer(refuse)),
    postgres: await answering(postgresError()),
    redis: await answering(Buffer.from('-WRONGPASS invalid username-password pair\r\n')),
  };
});

const headers = { authorization: `Bearer ${SECRET}`, 'x-api-key': SECRET, cookie: `sid=${SECRET}`, accept: '*/*' };
const web = (port: number): string => `http://bob:${SECRET}@127.0.0.1:${port}/orders?access_token=${SECRET}`;
const plain = (port: number): string => `http://127.0.0.1:${port}/orders?access_token=${SECRET}`;

function s3(port: number): Promise<unknown> {
  const { S3Client, PutObjectCommand } = load('@aws-sdk/client-s3');
  const credentials = { accessKeyId: `AKIA${SECRET.slice(0, 16)}`, secretAccessKey: SECRET, sessionToken: SECRET };
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  return client.send(
    new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: `password=${SECRET}`, SSECustomerKey: SECRET }),
  );
}

async function pg(port: number): Promise<unknown> {
  const { Client } = load('pg');
  return new Client({ connectionString: `postgres://bob:${SECRET}@127.0.0.1:${port}/app` }).connect();
}

function redis(port: number): Promise<unknown> {
  const { createClient } = load('redis');
  const url = `redis://bob:${SECRET}@127.0.0.1:${port}/0`;
  return createClient({ url, socket: { reconnectStrategy: false } })
    .on('error', () => {})
    .connect();
}

const FAILURES: readonly (readonly [what: string, fail: () => Promise<unknown>])[] = [
  ['axios, refused', () => load('axios').post(web(ports.http), { password: SECRET }, { headers })],
  [
    'axios, by name and password',
    () => load('axios').get(plain(ports.http), { auth: { username: 'bob', password: SECRET } }),
  ],
  ['axios, nobody there', () => load('axios').get(web(ports.closed), { headers })],
  [
    'axios, a proxy that is not there',
    () =>
      load('axios').get('http://a.example/', {
        proxy: { host: '127.0.0.1', port: ports.closed, auth: { username: 'bob', password: SECRET } },
      }),
  ],
  ['undici, nobody there', () => load('undici').request(plain(ports.closed), { headers })],
  ['undici, fetch', () => load('undici').fetch(plain(ports.closed), { headers })],
  [
    'undici, refused',
    () => {
      const { Agent, interceptors, request } = load('undici');
      return request(plain(ports.http), { headers, dispatcher: new Agent().compose(interceptors.responseError()) });
    },
  ],
  [
    'undici, a header that is none',
    () => load('undici').request(plain(ports.http), { headers: { authorization: `Bearer ${SECRET}\r\n` } }),
  ],
  [
    'got, refused',
    async () =>
      (await import(load.resolve('got'))).got.post(web(ports.http), {
        headers,
        json: { password: SECRET },
        retry: { limit: 0 },
      }),
  ],
  [
    'got, nobody there',
    async () =>
      (await import(load.resolve('got'))).got(plain(ports.closed), {
        headers,
        username: 'bob',
        password: SECRET,
        retry: { limit: 0 },
      }),
  ],
  ['pg, refused', () => pg(ports.postgres)],
  ['pg, nobody there', () => pg(ports.closed)],
  [
    'mysql2, nobody there',
    () => load('mysql2/promise').createConnection(`mysql://bob:${SECRET}@127.0.0.1:${ports.closed}/app`),
  ],
  [
    'mongodb, nobody there',
    () => {
      const { MongoClient } = load('mongodb');
      return new MongoClient(`mongodb://bob:${SECRET}@127.0.0.1:${ports.closed}/app`, {
        serverSelectionTimeoutMS: 300,
      }).connect();
    },
  ],
  [
    'mongodb, a string that is none',
    async () => new (load('mongodb').MongoClient)(`mongodb:/bob:${SECRET}@127.0.0.1/app`),
  ],
  ['redis, refused', () => redis(ports.redis)],
  ['redis, nobody there', () => redis(ports.closed)],
  ['AWS SDK, refused', () => s3(ports.http)],
  ['AWS SDK, nobody there', () => s3(ports.closed)],
];

/** winston makes a copy of message and stack of it: class and code are gone before we see it. */
const COPIED = 'winston with format.errors';

const REPORTS: readonly (readonly [how: string, report: (memory: MemoryClient, error: Error) => void])[] = [
  ['captureException', ({ client }, error) => void client.captureException(error)],
  [
    'winston',
    ({ client }, error) => {
      winston.createLogger({ transports: [new JackdawTransport({ client })] }).error('failed', { error, again: error });
    },
  ],
  [
    COPIED,
    ({ client }, error) => {
      winston
        .createLogger({
          format: winston.format.errors({ stack: true }),
          transports: [new JackdawTransport({ client })],
        })
        .error(error);
    },
  ],
  ['pino', ({ client }, error) => pino(jackdaw({ client })).error({ err: error, again: error }, 'failed')],
  [
    'log4js',
    ({ client }, error) => {
      jackdawLogger({ client: () => client }).error('failed', error, { again: error });
      log4js.shutdown(() => {});
    },
  ],
];

describe('D05: a real error of', () => {
  it.each(FAILURES)('%s tells what happened, and no secret', async (_what, fail) => {
    const error = await fail().then(
      () => expect.unreachable('it did not fail'),
      (reason: Error) => reason,
    );
    for (const [how, report] of REPORTS) {
      const memory = memoryClient({ logLevel: 'trace' });
      report(memory, error);
      memory.client.captureMessage('and its breadcrumb');
      const [event] = memory.events();
      const leaving = Buffer.from(JSON.stringify([memory.events(), await memory.logs()]));
      expect(
        findCanaries(leaving),
        `${how}: ${leaving.toString().match(/.{0,80}(?:ZQXJ7|K3VWQ).{0,20}/)?.[0]}`,
      ).toEqual([]);
      if (how === COPIED) continue;
      const told = event?.exception?.values.at(-1);
      const name = error.name === 'Error' ? error.constructor.name : error.name;
      expect([told?.type, how]).toEqual([name, how]);
      if (!error.message.includes(SECRET)) expect(told?.value).toBe(error.message);
      const { code } = error as { code?: unknown };
      if (code !== undefined) expect(JSON.stringify(event?.contexts), how).toContain(`"code":${JSON.stringify(code)}`);
    }
  });
});
