import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskLiterals } from '../../src/event/mask-literals.js';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true, mask: '***' });

describe('D18: what source code gives a sensitive name', () => {
  it.each([
    ["const password = 'hunter2';", "const password = '***';"],
    ['const PASSWORD="hunter2", user = 5;', 'const PASSWORD="***", user = 5;'],
    ['let apiKey: string = `hunter2`;', 'let apiKey: string = `***`;'],
    ["{ password: 'hunter2', user: 'joe' }", "{ password: '***', user: '***' }"],
    ["{ 'api-key': 'hunter2' }", "{ 'api-key': '***' }"],
    ["headers['authorization'] = 'Bearer hunter2'", "headers['authorization'] = '***'"],
    ["config.db.password = process.env.P ?? 'hunter2'", "config.db.password = process.env.P ?? '***'"],
    ["password:\n  'hunter2',\nuser: 'joe'", "password:\n  '***',\nuser: 'joe'"],
    ["password: 'it\\'s hunter2'", "password: '***'"],
    ["password: 'hunter2", "password: '***'"],
    ['password: \'hunter2\' + "hunter2"', 'password: \'***\' + "***"'],
    ["password: 'hunter2\\", "password: '***'"],
  ])('%j becomes %j', (code, masked) => {
    expect(maskLiterals(code, scrubber)).toBe(masked);
    expect(maskLiterals(masked, scrubber)).toBe(masked);
  });

  it.each([
    "const user = 'joe';",
    "if (password === 'x') fail();",
    'password = await read()',
    'const read = (password) => 5',
    "log('password', 'x')",
    '',
  ])('%j stays as it is', (code) => {
    expect(maskLiterals(code, scrubber)).toBe(code);
  });

  it('is not looked for where nothing is secret', () => {
    const code = "const password = 'hunter2';";
    expect(maskLiterals(code, createScrubber({ rules: false }))).toBe(code);
  });

  it.each([
    ['one name', 'a'.repeat(200_000)],
    ['dashes', 'a-'.repeat(100_000)],
    ['sensitive names', 'password='.repeat(20_000)],
    ['open quotes', `password=${'"x'.repeat(99_999)}`],
    ['back-slashes', `password='${'\\'.repeat(199_999)}`],
    ['blanks', `password${' '.repeat(200_000)}`],
  ])('D14: takes no time to speak of in 200,000 characters of %s', (_, code) => {
    const start = performance.now();
    maskLiterals(code, scrubber);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('keeps the lines of any code', () => {
    const piece = fc.constantFrom('password', 'user', '=', ':', "'", '"', '`', '\\', '\n', ' ', 'x', ']', '[', '=>');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const code = pieces.join('');
        expect(maskLiterals(code, scrubber).split('\n')).toHaveLength(code.split('\n').length);
      }),
    );
  });
});
