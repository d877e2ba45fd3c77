/** A cloud by the variable that only it sets, and the variables that say more. */
interface Cloud {
  readonly provider: string;
  readonly sign: string;
  readonly region?: string;
  readonly platform?: string;
}

/** In the order in which Sentry's SDK for Node looks; what runs upon another cloud comes before it. */
const CLOUDS: readonly Cloud[] = [
  { provider: 'vercel', sign: 'VERCEL', region: 'VERCEL_REGION' },
  { provider: 'aws', sign: 'AWS_REGION', region: 'AWS_REGION', platform: 'AWS_EXECUTION_ENV' },
  { provider: 'gcp', sign: 'GCP_PROJECT' },
  { provider: 'gcp', sign: 'K_SERVICE' },
  { provider: 'alibaba_cloud', sign: 'ALIYUN_REGION_ID', region: 'ALIYUN_REGION_ID' },
  { provider: 'azure', sign: 'WEBSITE_SITE_NAME', region: 'REGION_NAME' },
  { provider: 'ibm_cloud', sign: 'IBM_CLOUD_REGION', region: 'IBM_CLOUD_REGION' },
  { provider: 'tencent_cloud', sign: 'TENCENTCLOUD_REGION', region: 'TENCENTCLOUD_REGION' },
  { provider: 'netlify', sign: 'NETLIFY' },
  { provider: 'fly.io', sign: 'FLY_REGION', region: 'FLY_REGION' },
  { provider: 'heroku', sign: 'DYNO' },
];

/** Names of regions and platforms are a few letters and digits; anything else is no such name. */
const NAME = /^[\w.-]{1,64}$/;

/** The cloud the process runs in, by its environment (OpenTelemetry, "Cloud" resource); undefined where it is in none. */
export function cloudResource(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> | undefined {
  const cloud = CLOUDS.find(({ sign }) => (env[sign] ?? '') !== '');
  if (cloud === undefined) return undefined;
  const resource: Record<string, string> = { 'cloud.provider': cloud.provider };
  for (const field of ['region', 'platform'] as const) {
    const value = env[cloud[field] ?? ''] ?? '';
    if (NAME.test(value)) resource[`cloud.${field}`] = value;
  }
  return resource;
}
