import { describe, expect, it } from 'vitest';
import { explainError } from '../../src/cli/explain-error.js';
import { parseDsn } from '../../src/protocol/dsn.js';

const DSN = parseDsn('https://e12d836b15bb49d7bbf99e64295d995b:s3cr3t@sentry.example/1');

function failure(code: string, message = 'it failed'): Error {
  return Object.assign(new Error(message), { code });
}

describe('explainError', () => {
  it.each([
    ['ENOTFOUND', 'there is no host named sentry.example'],
    ['EAI_AGAIN', 'the name service gives no address for sentry.example'],
    ['ECONNREFUSED', 'nobody listens at port 443 of sentry.example'],
    ['ETIMEDOUT', 'sentry.example takes too long: it failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'sentry.example takes too long: it failed'],
    ['ENETUNREACH', 'there is no way to sentry.example from here'],
    ['EHOSTUNREACH', 'there is no way to sentry.example from here'],
    ['CERT_HAS_EXPIRED', 'the certificate of sentry.example has expired'],
    ['CERT_NOT_YET_VALID', 'the certificate of sentry.example is not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is not for sentry.example'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate of sentry.example is signed by nobody this machine trusts'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate of sentry.example is signed by nobody this machine trusts'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate of sentry.example is signed by nobody this machine trusts'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate of sentry.example is signed by nobody this machine trusts'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'port 443 of sentry.example does not speak TLS'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'no encrypted connection to sentry.example comes about'],
    ['CERT_REVOKED', 'no encrypted connection to sentry.example comes about'],
    ['ECONNRESET', 'sentry.example hung up without an answer'],
    ['UND_ERR_SOCKET', 'sentry.example hung up without an answer'],
    ['HPE_INVALID_CONSTANT', 'what listens at port 443 of sentry.example is no web server'],
    ['EMFILE', 'sentry.example did not answer: it failed'],
  ])('says what %s means and what to do', (code, problem) => {
    const explanation = explainError(failure(code), DSN, { env: {} });
    expect(explanation.problem).toBe(`${problem} (${code})`);
    expect(explanation.advice.length).toBeGreaterThan(0);
  });

  it('names no code where there is none', () => {
    expect(explainError(new Error('odd'), DSN, { env: {} }).problem).toBe('sentry.example did not answer: odd');
  });

  it('looks at the first of several addresses', () => {
    const error = new AggregateError([failure('ECONNREFUSED'), failure('ENETUNREACH')]);
    expect(explainError(error, DSN, { env: {} }).problem).toContain('(ECONNREFUSED)');
    const bare = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(explainError(bare, DSN, { env: {} }).problem).toContain('(ECONNREFUSED)');
  });

  it('repeats neither a key nor control characters', () => {
    const { problem } = explainError(new Error(`no\u001b ${DSN.publicKey} ${DSN.secretKey}`), DSN, { env: {} });
    expect(problem).toBe('sentry.example did not answer: no *** ***');
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'http_proxy', 'ALL_PROXY'])(
    'says how %s takes effect, without its value',
    (name) => {
      const { advice } = explainError(failure('ETIMEDOUT'), DSN, { env: { [name]: 'http://user:hush@proxy:3128' } });
      expect(advice.at(-1)).toMatch(new RegExp(`^${name} is set: jackdaw uses it with `));
      expect(advice.join()).not.toContain('hush');
    },
  );

  it.each([{}, { HTTPS_PROXY: '' }])('says nothing of that with %j', (env) => {
    expect(explainError(failure('ECONNREFUSED'), DSN, { env }).advice.join()).not.toContain('PROXY');
  });

  it('tells whom a certificate is for', () => {
    const error = Object.assign(failure('ERR_TLS_CERT_ALTNAME_INVALID'), {
      cert: { subjectaltname: 'DNS:a.example, IP Address:10.0.0.1\u001b', subject: { CN: 'b' } },
    });
    expect(explainError(error, DSN, { env: {} }).advice[0]).toMatch(/It is made for a\.example, 10\.0\.0\.1\.$/);
    const old = Object.assign(failure('ERR_TLS_CERT_ALTNAME_INVALID'), { cert: { subject: { CN: 'b.example' } } });
    expect(explainError(old, DSN, { env: {} }).advice[0]).toContain('b.example');
  });
});
