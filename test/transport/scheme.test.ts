import { describe, expect, it } from 'vitest';
import { memoryTransport } from '../../src/transport/memory.js';
import { knownSchemes, registerTransport, transportFor } from '../../src/transport/scheme.js';
import { Bench } from '../support/bench.js';

describe('transport schemes', () => {
  it.each(['http', 'memory', 'stdout'])('%s is built in and makes a transport', async (scheme) => {
    const { transport } = new Bench(transportFor(scheme), 'http://public@127.0.0.1:9/1');
    expect(transport.send).toBeInstanceOf(Function);
    expect(await transport.close(0)).toBe(true);
  });

  it('a registered one is found', () => {
    const transport = memoryTransport();
    registerTransport('my-own.v1', () => transport);
    expect(new Bench(transportFor('my-own.v1'), 'http://public@127.0.0.1:9/1').transport).toBe(transport);
    expect(knownSchemes()).toContain('my-own.v1');
  });

  it('a name is taken once', () => {
    expect(() => registerTransport('http', () => memoryTransport())).toThrow(
      expect.objectContaining({ code: 'SCHEME_TAKEN', message: expect.stringContaining('http') }),
    );
  });

  it.each(['', 'Http', '1st', 'a b', 'a/b', 'ü', '-a', 'http:'])('%j is no name', (scheme) => {
    expect(() => registerTransport(scheme, () => memoryTransport())).toThrow(
      expect.objectContaining({ code: 'SCHEME_INVALID' }),
    );
  });

  it('an unknown one is refused with the list of those that are known', () => {
    expect(() => transportFor('htttp')).toThrow(
      expect.objectContaining({
        code: 'SCHEME_UNKNOWN',
        message: expect.stringMatching(/htttp.*http, memory, stdout/),
      }),
    );
  });
});
