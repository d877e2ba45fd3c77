/**
 * The keys whose values are masked, as terms of `createKeyMatcher`, by where they come from.
 *
 * Of the data-collection spec's list these stay out as words of their own, because ordinary log fields bear them: `key`
 * (only with what it opens), `identity`, `sso`, `saml` (their secrets are tokens, assertions and responses).
 */
export const DEFAULT_DENY_KEYS: readonly string[] = [
  // raven-python 6.10, SanitizePasswordsProcessor
  '*password*',
  '*passwd*',
  '*secret',
  '*authorization',
  '*api key',
  'sentry dsn',
  '*access token',

  // Sentry's data-collection spec 0.1 and what the JavaScript SDK adds to it
  '*token',
  '*pwd',
  '*jwt',
  'bearer',
  '*csrf',
  '*xsrf',
  '*credential',
  'auth$',
  'auth header',
  'auth key',
  'auth code',
  'session$',
  '*session id',
  '*sessid',
  'session key',
  'session data',
  'session hash',
  '^sid$',
  'connect sid',
  'saml assertion',
  'saml response',
  'cookie$',
  'cookie header',
  'cookie value',
  'cookie string',
  'cookie jar',
  'code verifier',
  'mfa code',
  '2fa code',

  // The event scrubber of Sentry's Python SDK
  '*private key',
  '^symfony$',

  // Ours: passwords by other names
  '*passphrase*',
  '*passcode',
  '^pass$',
  'db pass',
  'database pass',
  'user pass',
  'admin pass',
  'root pass',
  'mail pass',
  'smtp pass',
  'ftp pass',
  'redis pass',
  'mysql pass',
  'pg pass',
  'creds',
  'otp$',
  'totp$',
  'verification code',
  'recovery code',
  'backup code',

  // Ours: keys by what they open
  'access key',
  'account key',
  'app key',
  'deploy key',
  'encryption key',
  'decryption key',
  'hmac key',
  'license key',
  'master key',
  'service key',
  'shared key',
  'signing key',
  'ssh key',

  // Ours: what signs a URL (Azure, AWS, Google Cloud)
  '^sig$',
  '^signature$',
  'amz signature',
  'goog signature',

  // Ours: addresses that hold a password
  'connection string',
  'conn string',
  'conn str',
  'database dsn',
  'db dsn',

  // Ours: what PCI DSS forbids to store
  'card number',
  'credit card',
  'cvc$',
  'cvv$',
  'security code',
];

/** Keys denied as they are, letter by letter: Node's `ClientRequest` keeps its headers as one text. */
export const EXACT_DENY_KEYS: ReadonlySet<string> = new Set(['_header']);

/** Keys that look like secrets but count what language models read and write. */
export const DEFAULT_IGNORE_KEYS: readonly string[] = [
  'total tokens',
  'max tokens',
  'max new tokens',
  'max completion tokens',
  'max output tokens',
  'prompt tokens',
  'completion tokens',
  'input tokens',
  'output tokens',
  'cached tokens',
  'reasoning tokens',
  'tokens used',
  'tokens per second',
];
