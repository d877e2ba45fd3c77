import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectRelease } from '../../src/event/release.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jackdaw-release-'));
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'SENTRY_RELEASE');
  rmSync(dir, { recursive: true });
});

const commit = 'c0ffee'.repeat(7).slice(0, 40);

function writeGitHead(): void {
  mkdirSync(join(dir, '.git'));
  writeFileSync(join(dir, '.git', 'HEAD'), `${commit}\n`);
}

function writePackage(content: unknown, where: string = dir): void {
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, 'package.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the release', () => {
  it('is the first that is there of: variable, bundle, platform, git, package', () => {
    const env: NodeJS.ProcessEnv = {
      SENTRY_RELEASE: 'app@1',
      GITHUB_SHA: 'from-github',
      HEROKU_SLUG_COMMIT: 'from-heroku',
    };
    Object.assign(globalThis, { SENTRY_RELEASE: { id: 'from-bundle' } });
    writeGitHead();
    writePackage({ name: 'app', version: '2.0.0' });
    expect(detectRelease(env, dir)).toBe('app@1');
    delete env['SENTRY_RELEASE'];
    expect(detectRelease(env, dir)).toBe('from-bundle');
    Reflect.deleteProperty(globalThis, 'SENTRY_RELEASE');
    expect(detectRelease(env, dir)).toBe('from-github');
    delete env['GITHUB_SHA'];
    expect(detectRelease(env, dir)).toBe('from-heroku');
    delete env['HEROKU_SLUG_COMMIT'];
    expect(detectRelease(env, dir)).toBe(commit);
    rmSync(join(dir, '.git'), { recursive: true });
    expect(detectRelease(env, dir)).toBe('app@2.0.0');
    rmSync(join(dir, 'package.json'));
    expect(detectRelease(env, dir)).toBeUndefined();
  });

  // Sentry's SDKs for Node ask in this order, then what only Python's asks for.
  const VARIABLES =
    'GITHUB_SHA CI_MERGE_REQUEST_SOURCE_BRANCH_SHA CI_BUILD_REF CI_COMMIT_SHA BITBUCKET_COMMIT ' +
    'APPVEYOR_PULL_REQUEST_HEAD_COMMIT APPVEYOR_REPO_COMMIT CODEBUILD_RESOLVED_SOURCE_VERSION AWS_COMMIT_ID ' +
    'BUILD_SOURCEVERSION GIT_CLONE_COMMIT_HASH BUDDY_EXECUTION_REVISION BUILDKITE_COMMIT CIRCLE_SHA1 ' +
    'CIRRUS_CHANGE_IN_REPO CF_REVISION CM_COMMIT CF_PAGES_COMMIT_SHA DRONE_COMMIT_SHA FC_GIT_COMMIT_SHA ' +
    'HEROKU_TEST_RUN_COMMIT_VERSION HEROKU_BUILD_COMMIT HEROKU_SLUG_COMMIT RAILWAY_GIT_COMMIT_SHA RENDER_GIT_COMMIT ' +
    'SEMAPHORE_GIT_SHA TRAVIS_PULL_REQUEST_SHA VERCEL_GIT_COMMIT_SHA VERCEL_GITHUB_COMMIT_SHA ' +
    'VERCEL_GITLAB_COMMIT_SHA VERCEL_BITBUCKET_COMMIT_SHA ZEIT_GITHUB_COMMIT_SHA ZEIT_GITLAB_COMMIT_SHA ' +
    'ZEIT_BITBUCKET_COMMIT_SHA CI_COMMIT_ID SOURCE_COMMIT SOURCE_VERSION GIT_COMMIT COMMIT_REF BUILD_VCS_NUMBER ' +
    'GAE_DEPLOYMENT_ID K_REVISION';

  it.each(VARIABLES.split(' ').map((name, index, all) => [name, all.slice(index)] as const))(
    'is found in %s, before those that come later',
    (name, later) => {
      const env = Object.fromEntries([...later, 'FLY_IMAGE_REF'].map((other) => [other, `from ${other}`]));
      expect(detectRelease(env, dir)).toBe(`from ${name}`);
    },
  );

  it('is the image on Fly.io', () => {
    const env = { FLY_IMAGE_REF: 'registry.fly.io/app:deployment-01H9RK9EYO9PGNBYAKGXSHV0PH' };
    expect(detectRelease(env, dir)).toBe('app:deployment-01H9RK9EYO9PGNBYAKGXSHV0PH');
  });

  it('has no blanks around it', () => {
    expect(detectRelease({ SENTRY_RELEASE: ' app@1\n' }, dir)).toBe('app@1');
  });

  it.each(['', ' ', '.', '..', 'feature/x', 'a\\b', 'a\nb', 'a\tb', 'a\0b', 'x'.repeat(201)])(
    'is not %j: no server takes it, so the next is asked',
    (text) => {
      expect(detectRelease({ SENTRY_RELEASE: text, GITHUB_SHA: text, GIT_COMMIT: 'good' }, dir)).toBe('good');
    },
  );

  it('may have 200 characters', () => {
    expect(detectRelease({ SENTRY_RELEASE: 'x'.repeat(200) }, dir)).toHaveLength(200);
  });

  it('is not what else stands in the variable of the bundle', () => {
    for (const bundled of ['text', 42, { id: 42 }, null]) {
      Object.assign(globalThis, { SENTRY_RELEASE: bundled });
      expect(detectRelease({}, dir)).toBeUndefined();
    }
  });
});

describe('the release of a package', () => {
  it('has a scope in the way of npm tarballs', () => {
    writePackage({ name: '@acme/app', version: '1.2.3' });
    expect(detectRelease({}, dir)).toBe('acme-app@1.2.3');
  });

  it('is that of the package around the main script, not of a file that only sets the module type', () => {
    writePackage({ name: 'app', version: '1.0.0' });
    const dist = join(dir, 'dist', 'esm');
    writePackage({ type: 'module' }, dist);
    expect(detectRelease({}, dist)).toBe('app@1.0.0');
  });

  it.each<[string, unknown]>([
    ['has no version', { name: 'app' }],
    ['has an empty version', { name: 'app', version: '' }],
    ['has a version that is no text', { name: 'app', version: 1 }],
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['is a list', '[]'],
  ])('is unknown where package.json %s', (_, content) => {
    writePackage(content);
    expect(detectRelease({}, dir)).toBeUndefined();
  });

  it('is read behind a byte order mark', () => {
    writePackage(`\uFEFF${JSON.stringify({ name: 'app', version: '1.0.0' })}`);
    expect(detectRelease({}, dir)).toBe('app@1.0.0');
  });
});
