import { describe, expect, it } from 'vitest';
import { afterReply } from '../../src/transport/retry-schedule.js';

describe('afterReply', () => {
  it.each([200, 201, 202, 204, 299])('takes %i as delivered', (status) => {
    expect(afterReply({ status, headers: {} })).toEqual({ outcome: 'delivered', countedByServer: false });
  });

  it.each([300, 301, 304, 308, 400, 401, 403, 404, 413, 428, 430, 499, 500, 502, 503, 504, 599])(
    'drops after %i as send_error',
    (status) => {
      expect(afterReply({ status, headers: {} })).toEqual({ outcome: 'send_error', countedByServer: false });
    },
  );

  it('drops after 429 as ratelimit_backoff, which the server has counted', () => {
    expect(afterReply({ status: 429, headers: {} })).toEqual({ outcome: 'ratelimit_backoff', countedByServer: true });
  });

  it('drops without an answer as network_error', () => {
    expect(afterReply(new Error('reset'))).toEqual({ outcome: 'network_error', countedByServer: false });
  });
});
