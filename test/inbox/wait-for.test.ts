import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Inbox, startInbox } from '../../src/inbox/server.js';
import { envelopeOf, eventItem, logItem, post } from './sender.js';

describe('waitFor', () => {
  let inbox: Inbox;

  beforeEach(async () => {
    inbox = await startInbox();
  });

  afterEach(async () => {
    await inbox.close();
  });

  it('resolves with all items once there are enough', async () => {
    const waiting = inbox.waitFor(2);
    await post(inbox, envelopeOf([eventItem({ message: 'one' })]));
    await post(inbox, envelopeOf([eventItem({ message: 'two' })]));
    expect((await waiting).map(({ payload }) => payload['message'])).toEqual(['one', 'two']);
  });

  it('resolves at once with what is there already', async () => {
    await post(inbox, envelopeOf([eventItem(), eventItem()]));
    expect(await inbox.waitFor(1, 0)).toHaveLength(2);
    expect(await inbox.waitFor(0, 0)).toHaveLength(2);
  });

  it('resolves with the items that match', async () => {
    const waiting = inbox.waitFor(({ header }) => header.type === 'log');
    await post(inbox, envelopeOf([eventItem()]));
    await post(inbox, envelopeOf([logItem({ level: 'info', body: 'x' })], {}));
    expect((await waiting).map(({ header }) => header.type)).toEqual(['log']);
  });

  it.each([
    [3, '20 ms passed: only 1 of 3 items arrived'],
    [() => false, '20 ms passed: no matching item arrived'],
  ])('rejects when the time is over and says what is missing', async (wanted, message) => {
    await post(inbox, envelopeOf([eventItem()]));
    await expect(inbox.waitFor(wanted, 20)).rejects.toThrow(message);
  });

  it('rejects when the inbox is closed', async () => {
    const waiting = expect(inbox.waitFor(1, 60_000)).rejects.toThrow('the inbox was closed: only 0 of 1 items arrived');
    await inbox.close();
    await waiting;
  });

  it('rejects with what the predicate throws, and the sender does not notice', async () => {
    const waiting = expect(
      inbox.waitFor(() => {
        throw new RangeError('bad predicate');
      }),
    ).rejects.toThrow(RangeError);
    expect((await post(inbox, envelopeOf([eventItem()]))).status).toBe(200);
    await waiting;
  });
});
