import { describe, expect, it } from 'vitest';
import { readStackLine, type StackLine } from '../../src/event/stack-line.js';

const forms: [string, string, StackLine][] = [
  ['a function', 'run (/app/a.js:1:2)', { function: 'run', file: '/app/a.js', line: 1, column: 2 }],
  ['code without a function', '/app/a.js:1:2', { function: '?', file: '/app/a.js', line: 1, column: 2 }],
  ['a place without a column', 'run (/app/a.js:7)', { function: 'run', file: '/app/a.js', line: 7 }],
  ['a bare file name', 'run (a.js:1:2)', { function: 'run', file: 'a.js', line: 1, column: 2 }],
  ['an async function', 'async run (/app/a.js:1:2)', { function: 'run', file: '/app/a.js', line: 1, column: 2 }],
  ['async code without a function', 'async /app/a.js:1:2', { function: '?', file: '/app/a.js', line: 1, column: 2 }],
  ['a function called async', 'async (/app/a.js:1:2)', { function: 'async', file: '/app/a.js', line: 1, column: 2 }],
  ['an entry of Promise.all', 'async Promise.all (index 0)', { function: 'Promise.all' }],
  ['a constructor', 'new Foo (/app/a.js:1:2)', { function: 'new Foo', file: '/app/a.js', line: 1, column: 2 }],
  ['a native constructor', 'new Promise (<anonymous>)', { function: 'new Promise', file: '<anonymous>' }],
  ['a built-in', 'Array.map (<anonymous>)', { function: 'Array.map', file: '<anonymous>' }],
  ['native code', 'Array.forEach (native)', { function: 'Array.forEach' }],
  ['native code without a function', 'native', { function: '?' }],
  ['an unknown place', 'run (unknown source)', { function: 'run' }],
  [
    'a method under another name',
    'Timeout.named [as _onTimeout] (/app/a.js:1:2)',
    { function: 'Timeout.named [as _onTimeout]', file: '/app/a.js', line: 1, column: 2 },
  ],
  [
    'the top of a CommonJS module',
    'Object.<anonymous> (/app/a.js:1:2)',
    { function: 'Object.?', file: '/app/a.js', line: 1, column: 2 },
  ],
  ['a nameless function', '<anonymous> (/app/a.js:1:2)', { function: '?', file: '/app/a.js', line: 1, column: 2 }],
  [
    "Node's own code",
    'process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    {
      function: 'process.processTicksAndRejections',
      file: 'node:internal/process/task_queues',
      line: 95,
      column: 5,
    },
  ],
  [
    "an older Node's own code",
    'Module._compile (internal/modules/cjs/loader.js:999:30)',
    { function: 'Module._compile', file: 'internal/modules/cjs/loader.js', line: 999, column: 30 },
  ],
  ['code given to node -e', 'run ([eval]:1:7)', { function: 'run', file: '[eval]', line: 1, column: 7 }],
  [
    'code of node:vm',
    'evalmachine.<anonymous>:1:6',
    { function: '?', file: 'evalmachine.<anonymous>', line: 1, column: 6 },
  ],
  [
    'evaluated code: the place that called eval',
    'eval (eval at run (/app/a.js:5:5), <anonymous>:1:6)',
    { function: 'eval', file: '/app/a.js', line: 5, column: 5 },
  ],
  [
    'code evaluated by evaluated code',
    'eval (eval at <anonymous> (eval at run (/app/a.js:6:7)), <anonymous>:1:6)',
    { function: 'eval', file: '/app/a.js', line: 6, column: 7 },
  ],
  [
    'a module of a bundler',
    'run (webpack-internal:///./src/a.js:3:4)',
    { function: 'run', file: 'webpack-internal:///./src/a.js', line: 3, column: 4 },
  ],
  [
    'a file URL',
    'run (file:///app/my%20(copy)/a.mjs:3:4)',
    { function: 'run', file: 'file:///app/my%20(copy)/a.mjs', line: 3, column: 4 },
  ],
  ['a Windows path', 'run (C:\\a\\b.js:1:2)', { function: 'run', file: 'C:\\a\\b.js', line: 1, column: 2 }],
  ['a Windows path alone', 'C:\\a\\b.js:1:2', { function: '?', file: 'C:\\a\\b.js', line: 1, column: 2 }],
  [
    'a path with a space and parentheses',
    'run (/my (copy)/a.js:1:2)',
    { function: 'run', file: '/my (copy)/a.js', line: 1, column: 2 },
  ],
  [
    'a name with a space and parentheses',
    'Object.a b (c) (/app/a.js:1:2)',
    { function: 'Object.a b (c)', file: '/app/a.js', line: 1, column: 2 },
  ],
  [
    'a name with dots',
    'Foo.bar.baz [as a.b] (/app/a.js:1:2)',
    { function: 'Foo.bar.baz [as a.b]', file: '/app/a.js', line: 1, column: 2 },
  ],
  [
    'WebAssembly without names',
    'wasm://wasm/0145fffe:wasm-function[0]:0x1e',
    { function: 'wasm-function[0]', file: 'wasm://wasm/0145fffe' },
  ],
  [
    'WebAssembly with names',
    'lib.add (wasm://wasm/lib-0145fffe:wasm-function[3]:0x1e)',
    { function: 'lib.add', file: 'wasm://wasm/lib-0145fffe' },
  ],
];

describe('a line of a stack', () => {
  it.each(forms)('is read when it is %s', (_, text, expected) => {
    expect(readStackLine(`    at ${text}`)).toEqual(expected);
    expect(readStackLine(`\tat ${text}\r`)).toEqual(expected);
  });

  it.each([
    '',
    'Error: boom',
    'at',
    'at ',
    '    at ()',
    '    at line 3 of the file',
    '    at least (see the docs)',
    '    at run (eval at nowhere)',
    '    -> /app/a.ts:1:2',
    '    at :1',
    '    atlas (/app/a.js:1:2)',
  ])('is no frame when it is %j', (text) => {
    expect(readStackLine(text)).toBeUndefined();
  });

  it('keeps function and position though its middle is too long to keep', () => {
    const line = readStackLine(`    at run (/app/${'x'.repeat(5_000)}.js:12:34)`);
    expect(line).toMatchObject({ function: 'run', line: 12, column: 34 });
    expect(line?.file?.length).toBeLessThan(1_024);
  });
});
