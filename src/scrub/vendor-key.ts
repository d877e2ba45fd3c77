import type { BuiltInDetector } from './detectors.js';
import { LONG_WORD } from './traits.js';

/** As JSON and URLs write it too. */
const SLASH = String.raw`(?:\\?\/|%(?:25)*2F)`;

/**
 * Keys and tokens by the prefixes that their issuers publish, with the least length that they have. No library: the lists
 * that are kept well (gitleaks, trufflehog, secretlint) are made for scanning repositories, by programs of their own or
 * tens of packages, with patterns that take more than linear time, and their prefixes are all that a service needs of them.
 */
const PREFIXES: readonly string[] = [
  String.raw`A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}(?![A-Z\d])`, // AWS access key ids
  String.raw`gh[pousr]_[A-Za-z\d]{20,}|github_pat_\w{20,}`, // GitHub
  String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[\w.-]{16,}`, // GitLab
  String.raw`xox[abcdeoprs]-[\w.-]{10,}|xapp-\d-[\w-]{10,}`, // Slack
  String.raw`(?:sk|rk)_(?:live|test)_[A-Za-z\d]{10,}|whsec_[A-Za-z\d+/=]{16,}`, // Stripe
  String.raw`sk-[\w-]{20,}`, // OpenAI, Anthropic and others
  String.raw`AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}`, // Google
  String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`, // SendGrid
  String.raw`npm_[A-Za-z\d]{30,}|pypi-[\w-]{40,}|rubygems_[a-f\d]{40,}|dckr_(?:pat|oat)_[\w-]{20,}`, // package registries
  String.raw`SK[a-f\d]{32}(?![a-f\d])`, // Twilio
  String.raw`do[orp]_v1_[a-f\d]{40,}`, // DigitalOcean
  String.raw`shp(?:at|ca|pa|ss)_[a-fA-F\d]{24,}`, // Shopify
  String.raw`(?:bot)?\d{8,10}:AA[\w-]{32,}`, // Telegram bots
  String.raw`[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}`, // Discord bots
  String.raw`hv[sbr]\.[\w-]{20,}`, // HashiCorp Vault
  String.raw`(?:key|pubkey)-[a-f\d]{32}(?![a-f\d])|[a-f\d]{32}-us\d{1,2}(?!\d)`, // Mailgun, Mailchimp
  String.raw`sq0(?:atp|csp)-[\w-]{20,}|EAAA[\w-]{50,}|EAA[A-Za-z\d]{80,}`, // Square, Facebook
  String.raw`AGE-SECRET-KEY-1[A-Z\d]{50,}`, // age
  String.raw`sntry[su]_[\w=+/-]{20,}|glsa_\w{20,}|glc_[\w+/=]{20,}|NRAK-[A-Z\d]{20,}`, // Sentry, Grafana, New Relic
  String.raw`lin_api_[A-Za-z\d]{30,}|figd_[\w-]{20,}|PMAK-[a-f\d-]{30,}|ATATT3[\w=-]{20,}|ATBB\w{20,}`, // Linear, Figma, Postman, Atlassian
  String.raw`hf_[A-Za-z]{30,}|r8_[A-Za-z\d]{30,}|gsk_[A-Za-z\d]{30,}|xai-[A-Za-z\d]{30,}|pplx-[A-Za-z\d]{30,}`, // hosts of models
  String.raw`dp\.(?:pt|st|ct|sa)\.[\w.]{30,}|pscale_(?:tkn|pw|oauth)_[\w=.-]{20,}|sbp_[a-f\d]{30,}|nfp_[A-Za-z\d]{30,}`, // Doppler, PlanetScale, Supabase, Netlify
  String.raw`tskey-[a-z]{3,12}-[\w-]{20,}|dapi[a-f\d]{32}(?![a-f\d])|[A-Za-z\d]{14}\.atlasv1\.[\w-]{40,}`, // Tailscale, Databricks, Terraform
  String.raw`https(?::|%(?:25)*3A)${SLASH}{2}hooks\.slack\.com${SLASH}services${SLASH}(?:\w|${SLASH}){20,}`, // Slack's webhooks
];

/** Not inside of a longer word, but behind an escape sequence of JSON or of a URL. */
const PATTERN = new RegExp(String.raw`(?:(?<![A-Za-z\d])|(?<=\\[bfnrt]|%[\dA-Fa-f]{2}))(?:${PREFIXES.join('|')})`, 'g');

/** Keys and tokens of clouds and other services, by their published prefixes. */
export const vendorKey: BuiltInDetector = {
  name: 'vendor-key',
  needs: LONG_WORD,
  scrub: (text, mask) => text.replace(PATTERN, () => mask),
};
