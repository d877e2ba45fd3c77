import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { answer, startScriptedServer } from '../support/scripted-server.js';
import type { Result } from './terminal.js';

const MAIN = join(__dirname, '../../dist/cli/main.js');

/** In a process of its own, as users run it: only there does NODE_EXTRA_CA_CERTS count. */
function jackdawTest(dsn: string, env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 20_000 };
    const child = execFile(process.execPath, [MAIN, 'test', dsn], options, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe('jackdaw test in a process of its own', () => {
  it.each([
    [200, 0],
    [401, 1],
  ])('exits by itself after status %i, with %i', async (status, code) => {
    await using server = await startScriptedServer({ otherwise: answer(status) });
    const result = await jackdawTest(server.dsn);
    expect(result.code).toBe(code);
    expect(result.out).toMatch(new RegExp(`^status {6}${status}$`, 'm'));
    // Node's warnings would stand there, too.
    expect(result.err).toMatch(code === 0 ? /^$/ : /^jackdaw test: [^\n]*\(status 401\)\n(?: {2}[^\n]*\n)+$/);
  });

  it('trusts the certificate that NODE_EXTRA_CA_CERTS names, as it advises', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });
    expect(await jackdawTest(server.dsn)).toMatchObject({
      code: 1,
      err: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(await jackdawTest(server.dsn, { NODE_EXTRA_CA_CERTS: certificate.path })).toMatchObject({
      code: 0,
      err: '',
    });
  });

  it('explains a certificate that has expired', async () => {
    using certificate = makeCertificate(-1);
    await using server = await startScriptedServer({ tls: certificate });
    const { code, err } = await jackdawTest(server.dsn, { NODE_EXTRA_CA_CERTS: certificate.path });
    expect(code).toBe(1);
    expect(err).toContain('the certificate of 127.0.0.1 has expired (CERT_HAS_EXPIRED)\n');
  });

  it('explains a certificate that is for another host', async () => {
    using certificate = makeCertificate(1, 'DNS:sentry.example,IP:10.1.2.3');
    await using server = await startScriptedServer({ tls: certificate });
    const { code, err } = await jackdawTest(server.dsn, { NODE_EXTRA_CA_CERTS: certificate.path });
    expect(code).toBe(1);
    expect(err).toContain('the certificate is not for 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID)\n');
    expect(err).toContain('It is made for sentry.example, 10.1.2.3.');
  });
});
