// A transport of your own, here one event per line of a file: node examples/own-transport.mjs [file]
import { appendFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'jackdaw';

class FileTransport {
  #file;
  #last = Promise.resolve();

  constructor(file) {
    this.#file = file;
  }

  /** The promise is what the ledger hears: resolved is delivered, rejected is dropped. */
  send({ items }) {
    const lines = items.map(({ payload }) => `${Buffer.from(payload)}\n`).join('');
    const write = () => appendFile(this.#file, lines);
    this.#last = this.#last.then(write, write);
    return this.#last;
  }

  flush(timeoutMs) {
    const done = () => true;
    return Promise.race([this.#last.then(done, done), setTimeout(timeoutMs, false, { ref: false })]);
  }

  close(timeoutMs) {
    return this.flush(timeoutMs);
  }
}

const transport = new FileTransport(process.argv[2] ?? 'errors.jsonl');
const client = createClient({ dsn: 'https://public@localhost/1', transport });
client.captureException(new Error('the disk is nearly full'));
await client.close();
console.log(`${client.stats().delivered.error} event written`);
