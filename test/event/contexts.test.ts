import { hostname, userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addCulture, staticContexts } from '../../src/event/contexts.js';

describe('the static contexts', () => {
  it('tell of runtime, system, device, app, and of culture once that has been added', () => {
    const { culture, ...others } = staticContexts();
    expect(culture).toBeUndefined();
    expect(others).toEqual({
      runtime: { name: 'node', version: process.version },
      os: expect.objectContaining({ name: expect.stringMatching(/^[A-Z]|^macOS$/) }),
      device: {
        arch: process.arch,
        processor_count: expect.any(Number),
        memory_size: expect.any(Number),
        boot_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
      app: { app_start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
    });
    addCulture();
    const { locale } = Intl.DateTimeFormat().resolvedOptions();
    expect(staticContexts()).toEqual({ ...others, culture: { locale, timezone: expect.any(String) } });
  });

  it('know when the process started', () => {
    const started = Date.parse(String(staticContexts().app['app_start_time']));
    expect(Math.abs(Date.now() - process.uptime() * 1_000 - started)).toBeLessThan(1_000);
  });

  it('are made once', () => {
    addCulture();
    const contexts = staticContexts();
    addCulture();
    expect(staticContexts()).toBe(contexts);
  });

  it('do not tell which machine it is or who runs it', () => {
    const values = Object.values(staticContexts()).flatMap((context) => Object.values(context).map(String));
    expect(values).not.toContain(hostname());
    expect(values).not.toContain(userInfo().username);
    expect(staticContexts().device).not.toHaveProperty('name');
  });
});
