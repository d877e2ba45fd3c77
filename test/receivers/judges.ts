import { parseEnvelope } from '@sentry/core';
import sentryTestkit from 'sentry-testkit';
import { expect } from 'vitest';
import { checkEvent } from '../../src/protocol/check-event.js';
import { describeFinding } from '../../src/protocol/finding.js';
import type { ReceivedRequest } from '../support/scripted-server.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** An item of an envelope as all judges read it. */
export interface JudgedItem {
  readonly type: string;
  readonly payload: JsonObject;
}

const { testkit, localServer } = sentryTestkit();
const decoder = new TextDecoder('utf-8', { fatal: true });

export async function seatJudges(): Promise<void> {
  await localServer.start('http://public@localhost/42');
}

export async function dismissJudges(): Promise<void> {
  await localServer.stop();
}

/**
 * The items of an envelope as it stood on the wire, once all judges have read the same in it: our own decoder, which is
 * as strict as Relay; the parser of Sentry's JavaScript SDKs; and sentry-testkit. Nothing in its events may be objected to.
 */
export async function judge({ envelope, body }: ReceivedRequest): Promise<JudgedItem[]> {
  if (envelope === undefined) throw new Error(`no envelope: ${body.toString()}`);
  const items = envelope.items.map(({ header, payload }) => ({ header, payload: readJson(payload) }));

  const [coreHeader, coreItems] = parseEnvelope(body);
  expect(coreHeader).toEqual(envelope.header);
  expect(coreItems.map(([header, payload]) => ({ header, payload: readJson(payload) }))).toEqual(items);
  expect(await readByTestkit(body)).toEqual({
    events: items.filter(({ header }) => header.type === 'event').map(({ payload }) => payload),
    logs: items.filter(({ header }) => header.type === 'log').flatMap(({ payload }) => payload['items']),
    reports: items.filter(({ header }) => header.type === 'client_report').map(({ payload }) => payload),
  });

  for (const { header, payload } of items.filter((item) => item.header.type === 'event')) {
    expect(header['content_type']).toBe('application/json');
    // Bugsink looks for it in the header, and there alone.
    expect(payload['event_id']).toBe(envelope.header['event_id']);
    expect(checkEvent(payload).map(describeFinding)).toEqual([]);
  }
  return items.map(({ header: { type }, payload }) => ({ type, payload }));
}

async function readByTestkit(body: Buffer): Promise<Readonly<Record<'events' | 'logs' | 'reports', unknown[]>>> {
  const { origin } = new URL(localServer.getDsn() ?? '');
  testkit.reset();
  const response = await fetch(`${origin}/api/42/envelope/`, { method: 'POST', body: new Uint8Array(body) });
  expect(response.ok).toBe(true);
  return {
    events: testkit.reports().map(({ originalReport }) => originalReport),
    logs: testkit.logs().map(({ originalLog }) => originalLog),
    reports: testkit.clientReports().map(({ originalClientReport }) => originalClientReport),
  };
}

/** The parser of the SDKs leaves bytes as they are where the header tells their length. */
function readJson(payload: unknown): JsonObject {
  return JSON.parse(decoder.decode(payload as Uint8Array)) as JsonObject;
}
