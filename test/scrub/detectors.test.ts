import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../src/scrub/walk.js';
import { ORDINARY_LOG_LINES } from './ordinary-log-lines.js';
import { SECRET_TEXTS, VENDOR_KEYS } from './secret-texts.js';
import { SERVICE_LOG_LINES } from './service-log-lines.js';

const LENGTH = 8_192;
const scrubber = createScrubber({ rules: true, mask: '#' });
const scrub = (text: string): string => scrubber.text(text, LENGTH);
const filter = createScrubber({ rules: true });

describe('secrets in texts', () => {
  it.each(SECRET_TEXTS)('%s: %s', (_kind, text, left) => {
    expect(scrub(text)).toBe(left);
    expect(scrub(left)).toBe(left);
    const filtered = filter.text(text, LENGTH);
    expect(filter.text(filtered, LENGTH)).toBe(filtered);
  });

  it.each(Object.entries(VENDOR_KEYS))('a key of %s', (_vendor, key) => {
    expect(scrub(key)).toBe('#');
    for (const [before, after] of [
      ['used ', ' for it'],
      ['key="', '"'],
      ['{"k":"', '"}'],
      ['a?k=', '&b=c'],
      ['k%3D', '%26'],
      ['line\\n', '\\n'],
    ]) {
      expect(scrub(`${before}${key}${after}`)).toBe(`${before}#${after}`);
    }
  });

  it.each([
    ['a key cut by the text around it', 'AKIAIOSFODNN7EXAMPL'],
    ['a word with a prefix inside', 'task-force-alpha-bravo-charlie-delta'],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
    ['base64 of JSON', 'cursor eyJpZCI6MTAwLCJkaXIiOiJuZXh0In0= used'],
    ['a header of a JWT alone', 'eyJhbGciOiJIUzI1NiJ9.'],
    ['a placeholder', 'password=%s token=$\u007bTOKEN} secret={} key=? and password = $1'],
    ['a mask of somebody else', 'password=*** token=[REDACTED] secret: <hidden>'],
    ['a plain user of a URL', 'ssh://git@github.example/a/b'],
    ['an IP address and an e-mail address', 'bob@example.com from 203.0.113.7 and 2001:db8::1'],
  ])('leaves %s', (_what, text) => {
    expect(scrub(text)).toBe(text);
  });

  it('alters at most one ordinary line of a hundred', () => {
    const lines = [...ORDINARY_LOG_LINES, ...SERVICE_LOG_LINES];
    expect(new Set(lines).size).toBeGreaterThanOrEqual(300);
    const altered = lines.filter((line) => scrub(line) !== line);
    expect(altered.length, altered.join('\n')).toBeLessThanOrEqual(lines.length / 100);
  });

  it('finds each of them behind and before any ordinary line, and alters no more than it does alone', () => {
    const line = fc.constantFrom(
      ...ORDINARY_LOG_LINES,
      ...SERVICE_LOG_LINES.filter((text) => !text.includes('-----BEGIN')),
    );
    const secret = fc.constantFrom(
      ...SECRET_TEXTS.filter(([kind]) => !kind.includes('without end')).map(([, ...pair]) => pair),
    );
    fc.assert(
      fc.property(line, secret, line, (before, [text, left], after) => {
        expect(scrub(`${before}\n${text}\n${after}`)).toBe(`${scrub(before)}\n${left}\n${scrub(after)}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the optional detectors', () => {
  const own = createScrubber({ rules: true, mask: '#', detectors: ['email', 'ip'] });

  it.each([
    ['mail to bob.o+x@mail.example.com sent', 'mail to # sent'],
    ['to=%22bob%40example.com%22', 'to=%22#%22'],
    ['bob@localhost, @bob and a@b', 'bob@localhost, @bob and a@b'],
    ['from 203.0.113.7:443 and 2001:db8::8a2e:370:7334', 'from #:443 and #'],
    ['[::1]:80 and ::ffff:10.0.0.7', '[#]:80 and ::ffff:#'],
    [
      'at 12:30:45, version 1.2.3 or 1.2.3.4.5, aa:bb:cc:dd:ee:ff',
      'at 12:30:45, version 1.2.3 or 1.2.3.4.5, aa:bb:cc:dd:ee:ff',
    ],
    ['std::string and 999.1.1.1', 'std::string and 999.1.1.1'],
  ])('turn %j into %j', (text, left) => {
    expect(own.text(text, LENGTH)).toBe(left);
    expect(own.text(left, LENGTH)).toBe(left);
  });
});

describe('any text made of pieces of secrets', () => {
  const pieces = [
    ...SECRET_TEXTS.map(([, text]) => text),
    ...Object.values(VENDOR_KEYS),
    ...'password= password: "password": \\"token\\":\\" Cookie: ; , & \n \\n " \' { } [ ] ( ) %3D %26 %22 # [Filtered] … -- = : @ ://'.split(
      ' ',
    ),
    ' ',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })), { maxLength: 12 })
    .map((all) => all.join(''));

  it.each([
    ['one letter', scrubber],
    ['a word in brackets', filter],
  ])('is the same when it comes in again, for a mask of %s', (_mask, own) => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 300 }), (given, length) => {
        const once = own.text(given, length);
        expect(own.text(once, length)).toBe(once);
        expect(own.text(once, LENGTH)).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  });
});
