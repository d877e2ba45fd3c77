/**
 * The program of the thread that posts what is left while the main thread, which is about to end, waits.
 *
 * A text, so that no bundler can lose it, with nothing but Node's own modules. Each answer goes out as a message and is
 * then counted in `signal`, which wakes the main thread. `claims` says of each body who has it: nobody (0), this thread
 * (1), or the main thread, which does not want it sent any more (2).
 */
export const EXIT_WORKER: string = `'use strict';
const { port, signal } = require('node:worker_threads').workerData;
const { isIP } = require('node:net');
const MAX_BODY_BYTES = 65536;
const MAX_TEXT_LENGTH = 1024;
const BODY_MS = 2000;
const BROKEN = ['ECONNRESET', 'EPIPE'];

function tell(message) {
  port.postMessage(message);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

process.on('uncaughtException', (error) => tell({ failed: String(error && error.message) }));

/** Kept, with their connections: a thread may be asked more than once. */
const agents = new Map();

function agentFor({ origin, options, connectBy, proxyHeaders, concurrency }) {
  const key = JSON.stringify([origin, options.ca, connectBy, concurrency]);
  if (agents.has(key)) return agents.get(key);
  const { Agent } = clientFor(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency, ...trustOf(origin, options.ca) });
  if (connectBy) agent.createConnection = throughProxy(connectBy.url, proxyHeaders, options.ca);
  agents.set(key, agent);
  return agent;
}

function postAll(destination, claims) {
  const { origin, options, concurrency, requestTimeoutMs, bodies } = destination;
  const { request } = clientFor(origin);
  const agent = agentFor(destination);
  let position = 0;

  function next() {
    while (position < bodies.length) {
      const { index, bytes, gzip } = bodies[position++];
      if (Atomics.compareExchange(claims.states, index - claims.first, 0, 1) !== 0) continue;
      try {
        post(index, gzip ? require('node:zlib').gzipSync(bytes, { level: 1 }) : bytes, gzip, true);
        return;
      } catch (error) {
        // It costs this one, not all that come after it.
        tell({ index, error: String(error && error.message) });
      }
    }
  }

  function post(index, body, gzip, again) {
    let told = false;
    const answer = (message) => {
      if (!told) tell({ index, ...message });
      told = true;
    };
    const headers = { ...options.headers, 'content-length': body.length };
    if (gzip) headers['content-encoding'] = 'gzip';
    const attempt = request(origin, { ...options, method: 'POST', agent, headers });
    const giveUp = () => attempt.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    let timer = setTimeout(giveUp, requestTimeoutMs);
    let result = { error: 'the connection was closed' };
    let broken = false;
    attempt.on('response', (response) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, BODY_MS);
      result = read(response);
      if (isSuccess(response)) answer(result);
    });
    attempt.on('error', (error) => {
      // After the head of an answer, its body is all that is missing.
      if (result.status !== undefined) return;
      const [first = error] = error.errors || [];
      const { refusedWith } = error;
      result = refusedWith ? { refusedWith } : { error: first.message || error.code || error.name, code: error.code };
      // A server that is well may still end a connection, above all one that was kept alive.
      broken = BROKEN.includes(error.code);
    });
    attempt.on('close', () => {
      clearTimeout(timer);
      if (broken && again) {
        post(index, body, gzip, false);
        return;
      }
      answer(result);
      next();
    });
    attempt.end(body);
  }

  for (let lane = 0; lane < concurrency; lane++) next();
}

/** Without the brackets of an IPv6 address. */
function bare(host) {
  return host.replace('[', '').replace(']', '');
}

function clientFor(url) {
  return require(url.startsWith('https:') ? 'node:https' : 'node:http');
}

/** Whom to trust, and by which name: that of the URL, not of the request's Host. */
function trustOf(url, ca) {
  const host = bare(new URL(url).hostname);
  return { ca, rejectUnauthorized: true, servername: isIP(host) ? '' : host };
}

/** Has a proxy open the way for TLS (CONNECT). */
function throughProxy(proxy, proxyHeaders, ca) {
  return function createConnection({ host, port, servername }, done) {
    const path = (isIP(host) === 6 ? '[' + host + ']' : host) + ':' + port;
    const headers = { host: path, ...proxyHeaders };
    const asked = clientFor(proxy).request(proxy, { method: 'CONNECT', path, headers, agent: false, ...trustOf(proxy, ca) });
    asked.on('connect', ({ statusCode }, socket) => {
      if (isSuccess({ statusCode })) {
        const { connect } = require('node:tls');
        done(null, connect({ socket, host, servername, ca, rejectUnauthorized: true }));
        return;
      }
      socket.destroy();
      done(Object.assign(new Error('refused'), { refusedWith: statusCode }));
    });
    asked.on('error', done);
    asked.end();
  };
}

function isSuccess({ statusCode }) {
  return statusCode >= 200 && statusCode < 300;
}

/** The answer, whose text grows while the body comes in. */
function read(response) {
  const { statusCode: status, headers } = response;
  const said = headers['x-sentry-error'];
  const isText = said === undefined && headers['content-encoding'] === undefined && !isSuccess(response);
  const result = { status, headers, text: said === undefined ? '' : String(said) };
  let received = 0;
  response.on('data', (chunk) => {
    received += chunk.length;
    if (isText && result.text.length < MAX_TEXT_LENGTH) result.text += chunk.toString('utf8', 0, MAX_TEXT_LENGTH);
    if (received >= MAX_BODY_BYTES) response.destroy();
  });
  response.on('error', () => {});
  return result;
}

port.on('message', ({ jobs, claims, end }) => {
  for (const job of jobs) postAll(job, claims);
  if (end) process.exit();
});
`;
