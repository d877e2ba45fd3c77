import { type MessagePort, workerData } from 'node:worker_threads';
import { soon } from './clock.js';
import { createPoster, type Destination } from './poster.js';
import { type PostMessage, type ThreadMessage, textOfError } from './thread-messages.js';

/**
 * The program of the thread that compresses and posts. It answers as it is asked, in batches: once a turn of its loop at
 * most.
 */
const { port, destination } = workerData as { readonly port: MessagePort; readonly destination: Destination };
const poster = createPoster(destination);
let outbox: ThreadMessage[] = [];

function tell(message: ThreadMessage): void {
  if (outbox.length === 0) {
    soon(() => {
      port.postMessage(outbox);
      outbox = [];
    });
  }
  outbox.push(message);
}

port.on('message', (batch: readonly PostMessage[]) => {
  for (const { id, bytes } of batch) {
    poster.post(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      answered: (reply, stale) =>
        tell(reply instanceof Error ? { id, error: textOfError(reply), stale } : { id, reply, stale }),
      free: () => tell({ id, free: true }),
    });
  }
});
