import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two of the same name could not be told apart by who verifies them. */
let made = 0;

/** A certificate that signs itself, with its key. */
export interface Certificate extends Disposable {
  readonly key: string;
  readonly cert: string;
  /** The file that holds `cert`; gone once the certificate is disposed of. */
  readonly path: string;
}

/**
 * Makes a certificate with the openssl binary, as Node itself can make none.
 *
 * @param days how long it is valid from now on; below 0 it has expired
 * @param names whom it is for, as `subjectAltName` spells it
 */
export function makeCertificate(days = 1, names = 'IP:127.0.0.1'): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'jackdaw-certificate-'));
  const [keyPath, path, request, extensions] = ['key.pem', 'cert.pem', 'request.pem', 'extensions'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(keyPath, privateKey);
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  openssl('req', '-new', '-key', keyPath, '-subj', `/CN=jackdaw-test-${++made}`, '-out', request);
  openssl(
    ...['x509', '-req', '-in', request, '-signkey', keyPath, '-days', String(days)],
    ...['-extfile', extensions, '-out', path],
  );
  return {
    key: privateKey,
    cert: readFileSync(path, 'utf8'),
    path,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
