import { readGitHead } from './git-head.js';
import { findPackage } from './package-file.js';

/** Relay's rule for release names. */
const MAX_LENGTH = 200;

/** Where CI systems and platforms put the commit or revision, in the order Sentry's SDKs for Node look, then Python's. */
const PLATFORM_VARIABLES: readonly string[] = [
  'GITHUB_SHA',
  'CI_MERGE_REQUEST_SOURCE_BRANCH_SHA',
  'CI_BUILD_REF',
  'CI_COMMIT_SHA',
  'BITBUCKET_COMMIT',
  'APPVEYOR_PULL_REQUEST_HEAD_COMMIT',
  'APPVEYOR_REPO_COMMIT',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'AWS_COMMIT_ID',
  'BUILD_SOURCEVERSION',
  'GIT_CLONE_COMMIT_HASH',
  'BUDDY_EXECUTION_REVISION',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'CIRRUS_CHANGE_IN_REPO',
  'CF_REVISION',
  'CM_COMMIT',
  'CF_PAGES_COMMIT_SHA',
  'DRONE_COMMIT_SHA',
  'FC_GIT_COMMIT_SHA',
  'HEROKU_TEST_RUN_COMMIT_VERSION',
  'HEROKU_BUILD_COMMIT',
  'HEROKU_SLUG_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'SEMAPHORE_GIT_SHA',
  'TRAVIS_PULL_REQUEST_SHA',
  'VERCEL_GIT_COMMIT_SHA',
  'VERCEL_GITHUB_COMMIT_SHA',
  'VERCEL_GITLAB_COMMIT_SHA',
  'VERCEL_BITBUCKET_COMMIT_SHA',
  'ZEIT_GITHUB_COMMIT_SHA',
  'ZEIT_GITLAB_COMMIT_SHA',
  'ZEIT_BITBUCKET_COMMIT_SHA',
  'CI_COMMIT_ID',
  'SOURCE_COMMIT',
  'SOURCE_VERSION',
  'GIT_COMMIT',
  'COMMIT_REF',
  'BUILD_VCS_NUMBER',
  'GAE_DEPLOYMENT_ID',
  'K_REVISION',
];

/**
 * The release of the app in `dir` (the main script's directory): `SENTRY_RELEASE`, else what a bundler plugin left, else
 * the CI's or platform's variable, else git's HEAD, else `name@version` of its package.json; undefined when none is there.
 *
 * Empty values and values no server accepts are skipped. Reads files synchronously; never throws.
 */
export function detectRelease(env: NodeJS.ProcessEnv, dir: string): string | undefined {
  return (
    validRelease(env['SENTRY_RELEASE']) ??
    validRelease(bundledRelease()) ??
    platformRelease(env) ??
    readGitHead(dir) ??
    validRelease(packageRelease(dir))
  );
}

/** Sentry's bundler plugins put it into the bundle. */
function bundledRelease(): unknown {
  const bundled: unknown = Reflect.get(globalThis, 'SENTRY_RELEASE');
  return typeof bundled === 'object' && bundled !== null && 'id' in bundled ? bundled.id : undefined;
}

function platformRelease(env: NodeJS.ProcessEnv): string | undefined {
  for (const name of PLATFORM_VARIABLES) {
    const release = validRelease(env[name]);
    if (release !== undefined) return release;
  }
  // Fly.io names the image of the deployment: `registry.fly.io/app:deployment-01H…`.
  return validRelease(env['FLY_IMAGE_REF']?.split('/').at(-1));
}

function packageRelease(dir: string): string | undefined {
  const { name, version } = findPackage(dir)?.file ?? {};
  if (typeof name !== 'string' || typeof version !== 'string' || version === '') return undefined;
  // A release has no slash: scopes are spelled as npm spells them in the names of its tarballs.
  return `${name.replace(/^@/, '').replace('/', '-')}@${version}`;
}

/** Relay refuses longer ones, slashes, control characters and the names of directories. */
function validRelease(value: unknown): string | undefined {
  const release = typeof value === 'string' ? value.trim() : '';
  if (release === '' || release === '.' || release === '..' || release.length > MAX_LENGTH) return undefined;
  return /[\p{Cc}/\\]/u.test(release) ? undefined : release;
}
