import { describe, expect, it } from 'vitest';
import { parseDsn } from '../../src/protocol/dsn.js';
import { deliveryError } from '../../src/transport/delivery-error.js';
import type { HttpReply } from '../../src/transport/exchange.js';

const dsn = parseDsn('https://0123456789abcdef:s3cr3t@sentry.example:8443/1');
const TO = { dsn, options: {} };

function reply(status: number, text = ''): HttpReply {
  return { status, headers: {}, text };
}

describe('deliveryError', () => {
  it.each([
    [301, 'JACKDAW_REDIRECT'],
    [308, 'JACKDAW_REDIRECT'],
    [400, 'JACKDAW_REJECTED'],
    [401, 'JACKDAW_CREDENTIALS_REFUSED'],
    [403, 'JACKDAW_CREDENTIALS_REFUSED'],
    [404, 'JACKDAW_CREDENTIALS_REFUSED'],
    [413, 'JACKDAW_TOO_LARGE'],
    [429, 'JACKDAW_RATE_LIMITED'],
    [500, 'JACKDAW_REJECTED'],
    [503, 'JACKDAW_REJECTED'],
  ])('names the host and status %i, as %s', (status, code) => {
    const error = deliveryError(reply(status), TO, 5);
    expect(error).toMatchObject({ code, status, name: 'DeliveryError' });
    expect(error.message).toContain(`sentry.example:8443 answered ${status}`);
  });

  it('names the host and the reason when there is no answer, and keeps the cause', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.1:8443');
    const error = deliveryError(cause, TO, 5);
    expect(error).toMatchObject({ code: 'JACKDAW_UNREACHABLE', status: undefined, cause });
    expect(error.message).toBe('sentry.example:8443 did not answer: connect ECONNREFUSED 10.0.0.1:8443');
  });

  it('finds the reason in what Node throws for a host with several addresses', () => {
    const cause = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), {
      code: 'ECONNREFUSED',
    });
    expect(deliveryError(cause, TO, 5).message).toContain('connect ECONNREFUSED ::1:1');
    const bare = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(deliveryError(bare, TO, 5).message).toContain('ECONNREFUSED');
  });

  it('says how large an envelope was that is too large', () => {
    expect(deliveryError(reply(413), TO, 1_234_567).message).toContain('1234567 bytes');
  });

  it('D21: repeats at most 200 characters of what the server says, and no control characters', () => {
    const { message } = deliveryError(reply(400, `bad\r\n\u001b[31mJSON\u202e\u2028 ${'x'.repeat(5_000)}`), TO, 5);
    expect(message).toContain('(bad [31mJSON x');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the test is about
    expect(message).not.toMatch(/[\u0000-\u001f\u007f\u202e\u2028]/);
    expect(message.length).toBeLessThan(300);
  });

  it('repeats no key, even where the server does and the cut falls into it', () => {
    const text = `${'x'.repeat(195)}0123456789abcdef and s3cr3t`;
    expect(deliveryError(reply(400, text), TO, 5).message).not.toMatch(/01234|s3c/);
    expect(deliveryError(new Error('no 0123456789abcdef'), TO, 5).message).not.toContain('0123456789abcdef');
  });
});
