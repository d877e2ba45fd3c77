import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModules } from '../../src/event/modules.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jackdaw-modules-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function writePackage(where: string, content: unknown): void {
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, 'package.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

function install(name: string, version: string, into: string = dir): void {
  writePackage(join(into, 'node_modules', name), { name, version });
}

function dependOn(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '^1.0.0']));
}

describe('the modules of an app', () => {
  it('are its direct dependencies as installed', () => {
    writePackage(dir, {
      name: 'app',
      dependencies: dependOn('express', '@acme/lib'),
      optionalDependencies: dependOn('fsevents', 'sharp'),
      devDependencies: dependOn('vitest'),
    });
    for (const name of ['express', '@acme/lib', 'sharp', 'vitest', 'transitive']) install(name, '1.2.3');
    expect(readModules(join(dir, 'src'))).toEqual({ express: '1.2.3', '@acme/lib': '1.2.3', sharp: '1.2.3' });
  });

  it('are found above a workspace and behind links, the nearest first', () => {
    const app = join(dir, 'packages', 'app');
    writePackage(dir, { name: 'workspace' });
    writePackage(app, { name: 'app', dependencies: dependOn('hoisted', 'own', 'linked') });
    install('hoisted', '1.0.0');
    install('own', '1.0.0');
    install('own', '2.0.0', app);
    writePackage(join(dir, 'packages', 'linked'), { name: 'linked', version: '3.0.0' });
    symlinkSync(join(dir, 'packages', 'linked'), join(dir, 'node_modules', 'linked'));
    expect(readModules(app)).toEqual({ hoisted: '1.0.0', own: '2.0.0', linked: '3.0.0' });
  });

  it('are read once', () => {
    writePackage(dir, { name: 'app', dependencies: dependOn('a') });
    install('a', '1.0.0');
    const modules = readModules(dir);
    install('a', '2.0.0');
    expect(readModules(dir)).toBe(modules);
    expect(Object.isFrozen(modules)).toBe(true);
  });

  it('are at most 100', () => {
    const names = Array.from({ length: 150 }, (_, index) => `m${index}`);
    writePackage(dir, { name: 'app', dependencies: dependOn(...names) });
    for (const name of names) install(name, '1.0.0');
    expect(Object.keys(readModules(dir))).toEqual(names.slice(0, 100));
  });

  it('take at most 8 KiB of JSON', () => {
    const names = Array.from({ length: 90 }, (_, index) => `${'m'.repeat(190)}${index}`);
    writePackage(dir, { name: 'app', dependencies: dependOn(...names) });
    for (const name of names) install(name, '1.0.0');
    const { length } = JSON.stringify(readModules(dir));
    expect(length).toBeLessThanOrEqual(8_192);
    expect(length).toBeGreaterThan(7_900);
  });

  it.each<[string, unknown]>([
    ['is missing', undefined],
    ['is no JSON', '{'],
    ['has no dependencies', { name: 'app' }],
    ['has dependencies that are no object', { name: 'app', dependencies: 'express' }],
    ['names what is not installed', { name: 'app', dependencies: dependOn('missing') }],
  ])('are none where package.json %s', (_, content) => {
    if (content !== undefined) writePackage(dir, content);
    expect(readModules(dir)).toEqual({});
  });

  it.each([
    '../outside',
    '@a/../../outside',
    '..',
    './x',
    '/etc',
    '.bin',
    '@scope',
    'a/b',
    '@a/../b',
    'a\\b',
    '@../x',
    '__proto__',
  ])('are not read outside of node_modules, or where %j leads', (name) => {
    writePackage(join(dir, 'outside'), { name: 'outside', version: '6.6.6' });
    writePackage(dir, `{"name":"app","dependencies":{${JSON.stringify(name)}:"1"}}`);
    expect(Object.keys(readModules(dir))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a version that is no text', { version: { major: 1 } }],
    ['no version', { name: 'a' }],
  ])('do not name a module whose package.json has %s', (_, content) => {
    writePackage(dir, { name: 'app', dependencies: dependOn('a') });
    writePackage(join(dir, 'node_modules', 'a'), content);
    expect(readModules(dir)).toEqual({});
  });
});
