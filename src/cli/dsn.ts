import { parseArgs } from 'node:util';
import { isLoopback } from '../inbox/loopback.js';
import { printable } from '../inbox/printable.js';
import { type View, viewFor } from '../inbox/view.js';
import { type Dsn, envelopeUrl, publicDsn } from '../protocol/dsn.js';
import type { Command, CommandIo } from './command.js';
import { dsnArgument } from './dsn-argument.js';
import { formatRows, LABEL_WIDTH, type Row } from './rows.js';

/** A key shorter than this is masked altogether: its last four characters would be too much of it. */
const MIN_LENGTH_TO_SHOW = 16;

/** Explains a DSN without showing what is secret about it. */
export const dsnCommand: Command = {
  name: 'dsn',
  summary: 'explain a DSN: its parts, where events go, what is odd about it',
  help: `jackdaw dsn [options] [<dsn>]

Takes SENTRY_DSN from the environment when no DSN is given.

  --public   print only the DSN without its secret, for others to see`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { public: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const dsn = dsnArgument(positionals, io.env);
  io.stdout.write(values.public ? `${publicDsn(dsn)}\n` : explain(dsn, viewFor(io.stdout, io.env)));
  return 0;
}

function explain(dsn: Dsn, view: View): string {
  const rows: readonly Row[] = [
    ['protocol', dsn.protocol],
    ['host', dsn.host],
    ['port', dsn.port === '' ? `${dsn.protocol === 'https' ? 443 : 80} (default)` : dsn.port],
    ['path', dsn.path === '' ? 'none' : dsn.path],
    ['project', dsn.projectId],
    ['key', maskKey(dsn.publicKey)],
    ['secret', dsn.secretKey === '' ? 'none' : 'present, not shown'],
    ['transport', dsn.transport ?? 'http (default)'],
    ['parameters', printable(Object.keys(dsn.params).join(', '), view.width - LABEL_WIDTH) || 'none'],
    ['envelopes', `POST ${envelopeUrl(dsn)}`],
  ];
  const warnings = warningsFor(dsn).map((warning): Row => ['warning', warning, 'yellow']);
  return formatRows([...rows, ...warnings], view);
}

function maskKey(key: string): string {
  return `********${key.length < MIN_LENGTH_TO_SHOW ? '' : key.slice(-4)}`;
}

function warningsFor({ protocol, host, projectId, publicKey, secretKey }: Dsn): string[] {
  const warnings: string[] = [];
  if (secretKey !== '') warnings.push('the secret is legacy: no server needs it, --public prints the DSN without it');
  if (!/^\d+$/.test(projectId)) warnings.push('the project is not a number, as it is at Sentry');
  if (protocol === 'http' && !isLoopback(host)) warnings.push('http to another machine: events travel unencrypted');
  if (!/^[0-9a-f]{32}$/i.test(publicKey)) warnings.push('the key is not 32 hex digits: Sentry and GlitchTip refuse it');
  return warnings;
}
