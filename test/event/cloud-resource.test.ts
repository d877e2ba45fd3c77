import { describe, expect, it } from 'vitest';
import { cloudResource } from '../../src/event/cloud-resource.js';

describe('the cloud a process runs in', () => {
  it.each<[NodeJS.ProcessEnv, Record<string, string> | undefined]>([
    [{}, undefined],
    [{ VERCEL: '', AWS_REGION: '' }, undefined],
    [
      { AWS_REGION: 'eu-central-1', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
      { 'cloud.provider': 'aws', 'cloud.region': 'eu-central-1', 'cloud.platform': 'AWS_Lambda_nodejs20.x' },
    ],
    [
      { AWS_REGION: 'us-east-1', VERCEL: '1', VERCEL_REGION: 'iad1' },
      { 'cloud.provider': 'vercel', 'cloud.region': 'iad1' },
    ],
    [{ K_SERVICE: 'shop' }, { 'cloud.provider': 'gcp' }],
    [
      { WEBSITE_SITE_NAME: 'shop', REGION_NAME: 'westeurope' },
      { 'cloud.provider': 'azure', 'cloud.region': 'westeurope' },
    ],
    [{ FLY_REGION: 'ams' }, { 'cloud.provider': 'fly.io', 'cloud.region': 'ams' }],
    [{ DYNO: 'web.1' }, { 'cloud.provider': 'heroku' }],
    [{ AWS_REGION: 'https://joe:hunter2@proxy' }, { 'cloud.provider': 'aws' }],
  ])('of %j is %j', (env, resource) => {
    expect(cloudResource(env)).toEqual(resource);
  });
});
