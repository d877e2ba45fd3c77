import { Client } from '../client/client.js';
import type { ClientOptions } from '../client/options.js';
import { resolveSettings, type Settings } from '../client/settings.js';
import { type Dsn, fullDsn } from '../protocol/dsn.js';
import type { HttpReply } from '../transport/exchange.js';
import { httpTransport } from '../transport/http-transport.js';
import { loadUndici } from '../transport/send-http.js';
import type { TransportFactory } from '../transport/transport.js';
import type { CommandIo } from './command.js';

/** What the client may take for its own part of the work, in milliseconds. */
const GRACE_MS = 1_000;

/** What the event is to say, how long its request may take, and on which way; undefined: as in any program. */
export interface TestEvent
  extends Pick<ClientOptions, 'release' | 'environment' | 'requestTimeoutMs' | 'proxy' | 'ca'> {
  readonly message: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What came of the one request. */
export interface Answer {
  readonly reply: HttpReply | Error;
  /** How long it took, the connection included. */
  readonly ms: number;
}

/** An event that is on its way. */
export interface Sending {
  readonly eventId: string;
  /** What the client made of the options and the environment. */
  readonly settings: Settings;
  /** Rejects when the user ends the command first. */
  readonly answer: Promise<Answer>;
}

/**
 * Sends one error through the same client and the same HTTP transport as any program.
 *
 * @throws Error when it does not come to a request
 */
export function sendTestEvent(dsn: Dsn, event: TestEvent, { env, signal }: CommandIo): Sending {
  const { message, tags, ...options } = event;
  const answers: Answer[] = [];
  const transport: TransportFactory = (context) =>
    httpTransport({
      ...context,
      answered: (reply, ms) => answers.push({ reply, ms }),
      // The command has more to say about it.
      warn: () => {},
    });
  // Neither the transport that the DSN asks for nor SENTRY_SAMPLE_RATE may keep the event here.
  const target = {
    dsn: fullDsn({ ...dsn, transport: undefined }),
    transport,
    sampleRate: 1,
    retry: false as const,
    sendClientReports: false,
    spotlight: false,
  };
  const settings = resolveSettings({ ...options, ...target }, { ...env });
  const client = new Client(settings);
  // The time it takes is not the server's.
  loadUndici();
  const eventId = client.captureException(failOnPurpose(message), { tags });
  if (eventId === undefined) throw notSent(client);
  const answer = settled(client, signal).then(() => {
    if (signal?.aborted) throw new Error('ended before the server answered');
    return answers[0] ?? Promise.reject(notSent(client));
  });
  return { eventId, settings, answer };
}

/** A function of its own, so that the top of the stack has a name that explains itself. */
function failOnPurpose(message: string): Error {
  return new Error(message);
}

/** Waits for the answer or for the user's end of the command, and frees the sockets. */
async function settled(client: Client, signal: AbortSignal | undefined): Promise<void> {
  const giveUp = (): void => void client.close(0);
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  await client.flush(client.settings.transport.requestTimeoutMs + GRACE_MS);
  signal?.removeEventListener('abort', giveUp);
  await client.close(0);
}

/** A mistake of ours, in all likelihood. */
function notSent(client: Client): Error {
  const { lastError } = client.stats();
  return new Error(`the event was not sent${lastError === undefined ? '' : `: ${lastError.message}`}`);
}
