import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

/**
 * A server on a port of its own, that does one thing after another: each phase says from when on, in ms since now, and
 * what is answered then; without an answer nobody listens. `ids` are those of the events it has accepted.
 */
export async function startServer(phases) {
  const ids = new Set();
  let answer;
  const server = createServer(async (request, response) => {
    const { status, headers = {}, delay = 0 } = answer;
    const body = Buffer.concat(await request.toArray());
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const { event_id: id } = JSON.parse(bytes.toString().split('\n', 1)[0]);
    if (id !== undefined && status === 200) ids.add(id);
    if (delay > 0) await sleep(delay);
    response.writeHead(status, headers).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  };
  const enter = async (next) => {
    answer = next;
    if (answer === undefined) await stop();
    else if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening');
  };
  await enter(phases[0][1]);
  const timers = phases.slice(1).map(([from, next]) => setTimeout(enter, from, next));
  return {
    ids,
    dsn: `http://public@127.0.0.1:${port}/1`,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      return stop();
    },
  };
}
