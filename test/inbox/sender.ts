import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { encodeEnvelope } from '../../src/protocol/envelope.js';

export const EVENT_ID = '9ec79c33ec9942ab8353589fcb2e04dc';
export const AUTH = { 'x-sentry-auth': 'Sentry sentry_version=7, sentry_client=test/1, sentry_key=abc' };

export interface TestItem {
  readonly header: { readonly type: string; readonly [key: string]: unknown };
  readonly payload: string | Uint8Array;
}

export function eventItem(event: object = { message: 'hello' }): TestItem {
  return { header: { type: 'event' }, payload: JSON.stringify(event) };
}

export function logItem(...logs: readonly object[]): TestItem {
  return {
    header: { type: 'log', item_count: logs.length, content_type: 'application/vnd.sentry.items.log+json' },
    payload: JSON.stringify({ version: 2, items: logs }),
  };
}

export function clientReportItem(...discarded: readonly object[]): TestItem {
  return { header: { type: 'client_report' }, payload: JSON.stringify({ discarded_events: discarded }) };
}

/** An envelope as jackdaw itself would send it. */
export function envelopeOf(items: readonly TestItem[], header: object = { event_id: EVENT_ID }): Buffer {
  return encodeEnvelope({ header, items, category: 'error', quantity: 1, level: 'error' }, Date.now());
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request by node:http, which lets a test set any header. */
export function send(
  inbox: { readonly url: string },
  path: string,
  { body, ...options }: RequestOptions & { readonly body?: Uint8Array | string | undefined } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${inbox.url}${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Posts an envelope with a key in the header. */
export function post(
  inbox: { readonly url: string },
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(inbox, '/api/1/envelope/', { method: 'POST', headers: { ...AUTH, ...headers }, body });
}
