import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const self = fileURLToPath(import.meta.url);

/** Starts a receiver in a process of its own; `received` tells how many different events it has. */
export async function startReceiver() {
  const child = fork(self, { execArgv: [] });
  const ask = (question) =>
    new Promise((resolve) => {
      child.once('message', resolve);
      child.send(question);
    });
  const port = await ask('port');
  return {
    dsn: `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`,
    received: () => ask('received'),
    stop: () => child.disconnect(),
  };
}

function serve() {
  const ids = new Set();
  const total = { events: 0, bytes: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const envelope = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const { event_id: id } = JSON.parse(envelope.subarray(0, envelope.indexOf('\n')).toString());
      if (id !== undefined) ids.add(id);
      total.events = ids.size;
      total.bytes += envelope.length;
      response.end('{}');
    });
  });
  server.keepAliveTimeout = 60_000;
  const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.on('message', async (question) => {
    await listening;
    process.send(question === 'port' ? server.address().port : total);
  });
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === self) serve();
