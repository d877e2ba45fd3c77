import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_DENY_KEYS, DEFAULT_IGNORE_KEYS } from '../../src/scrub/deny-keys.js';
import { createDetectors } from '../../src/scrub/detectors.js';
import { createKeyMatcher } from '../../src/scrub/keys.js';
import { createScrubber } from '../../src/scrub/walk.js';
import { SECRET_TEXTS, VENDOR_KEYS } from './secret-texts.js';

const detectors = createDetectors(createKeyMatcher(DEFAULT_DENY_KEYS, DEFAULT_IGNORE_KEYS), ['email', 'ip']);

/** What the detectors look for, whole and in halves. */
const PIECES: readonly string[] = [
  ...'a 1 1- A0 _ . ~ eyJ eyJa. -----BEGIN -----BEGIN_PRIVATE_KEY----- -----END :// a:// a://b: @ a@ a@b. : = := => % %3 %3D %253D %2F %40'.split(
    ' ',
  ),
  ...'" \' ` \\ \\" \\\\" { [ } ] {" [" < </ <a> <token> <password> ; , & | ,a= ;a= &a= a=b; password password= password: password="'.split(
    ' ',
  ),
  ...'password=\\" "password":" "password":{ "password",[ token= ;pwd= Cookie: --a --token IDENTIFIED sk- sk_live_ SG. xoxb- AKIA ghp_ key-'.split(
    ' ',
  ),
  ...[
    ' ',
    '\n',
    '\\n',
    'bearer ',
    'Basic a',
    'Digest a="',
    'digest a=b,',
    "password '",
    '--token "',
    'set-cookie: a=b; ',
    '::',
    'a:1:',
    'ｐ',
    '😀',
  ],
];

/** Milliseconds of this process's own work, the best of three: the others share the machine. */
function best(work: () => unknown): number {
  const times = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1_000;
  });
  return Math.min(...times);
}

function textOf(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/** What a search reads on behind, to the end of a line or of the text. */
const OPENERS = [
  '',
  'x-api-key: ',
  'a=b;pwd=',
  'password="',
  '"password":{',
  'Digest a=b, ',
  '-----BEGIN PRIVATE KEY-----',
  'a://b:c',
];

/** Four times the text takes four times as long, or sixteen times where the search is quadratic. */
function growsLinearly(search: (text: string) => unknown, piece: string, opener = ''): boolean {
  const [short, long] = [opener + textOf(piece, 25_000), opener + textOf(piece, 100_000)];
  const isLinear = (): boolean => best(() => search(long)) < 8 * best(() => search(short)) + 10;
  return isLinear() || isLinear() || isLinear();
}

describe('D14: the time of a search', { timeout: 300_000 }, () => {
  it.each(detectors.map((detector) => [detector.name, detector] as const))(
    'grows with the text and no faster: %s',
    (_name, detector) => {
      for (const piece of [...PIECES, ...SECRET_TEXTS.map(([, text]) => text), ...Object.values(VENDOR_KEYS)]) {
        expect(
          growsLinearly((text) => detector.scrub(text, '#'), piece),
          piece,
        ).toBe(true);
      }
    },
  );

  it('grows so for any pieces of secrets in a row', () => {
    const piece = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.constantFrom(...OPENERS), piece, (opener, given) => {
        const search = (text: string): void => {
          for (const detector of detectors) detector.scrub(text, '#');
        };
        expect(growsLinearly(search, given, opener), opener + given).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is bounded for an event full of the worst of them', () => {
    const scrubber = createScrubber({ rules: true });
    for (const piece of PIECES) {
      const events = [100, 400].map((count) => Array.from({ length: count }, () => textOf(piece, 12_000)));
      const [some = 0, more = 0] = events.map((event) => best(() => scrubber.clean(event)));
      expect(more, piece).toBeLessThan(3 * some + 50);
    }
  });
});
