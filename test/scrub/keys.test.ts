import { describe, expect, it } from 'vitest';
import { DEFAULT_DENY_KEYS, DEFAULT_IGNORE_KEYS } from '../../src/scrub/deny-keys.js';
import { createKeyMatcher } from '../../src/scrub/keys.js';

const isSensitive = createKeyMatcher(DEFAULT_DENY_KEYS, DEFAULT_IGNORE_KEYS);

/** raven's SanitizePasswordsProcessor, and Sentry's Python scrubber apart from its addresses. */
const INHERITED = `password secret passwd authorization api_key apikey sentry_dsn access_token auth credentials mysql_pwd
  privatekey private_key token session csrftoken sessionid x_csrftoken set_cookie cookie proxy-authorization x_api_key
  aiohttp_session connect.sid csrf_token csrf _csrf _csrf_token PHPSESSID _session symfony user_session _xsrf XSRF-TOKEN`;

const SECRET = [
  ...INHERITED.split(/\s+/),
  ...`apiKey API-KEY APIKey api.key myApiKey apikeys userPassword db.password PASSWORD Password passWord password1
  password_confirmation oldpassword userpassword dbPasswd loginpwd passphrase keyPassphrase pass db_pass smtpPass
  accessToken accesstoken access-token refreshToken id_token bearerToken authToken auth_token tokens deviceTokens
  x-auth-token Authorization Proxy-Authorization set-cookie Cookie cookies cookieHeader session_id sessionId sid JSESSIONID
  ASP.NET_SessionId jwt JWT userJwt credential awsCredentials SENTRY_DSN connectionString connection_string
  clientSecret client_secret clientsecret secrets AWS_SECRET_ACCESS_KEY aws_access_key_id accessKey secretKey
  encryptionKey signing_key sshKey privateKey xsrf csrfMiddlewareToken samlResponse totp otp cvv cardNumber card_number
  verificationCode dbConnStr creds user[password] config.auth headers.authorization`.split(/\s+/),
  'api key',
  'pass\u200bword',
  '\ufeffpassword',
  'ｐａｓｓｗｏｒｄ',
  'ＡＰＩ＿ＫＥＹ',
  'to\u00adken',
  'x-amz-signature',
  'sig',
  'access token',
  'Private Key',
];

const ORDINARY =
  `key keys keyboard keyCode sort_key primaryKey foreign_key cacheKey publicKey keyId monkey turkey author authorId
  authors authored authority oauth authenticated authMethod isAuthenticated inside sidebar side sidecar outside messageSid
  beside tokenizer tokenCount tokenError passwordFile authPath methodSignature token_count tokenType token_expires_at tokenLimit totalTokens max_tokens promptTokens
  completion_tokens secretary secretariat secretName secretCount passenger passengers passage compass bypass passed
  passCount passRate passport encompass session_count sessionCount sessionTimeout sessions_total sessionType cookieCount
  cookieName passwordLength password_changed_at credentialType authType identity identityProvider order_id orderId userId
  user_id id name username email message msg level time timestamp pid hostname host port url path method status
  statusCode duration durationMs ssoEnabled accessLog accessCount accessLevel apiVersion apiUrl connection connections
  connectionCount stringLength string pwdless cardType cardCount card discard code codeVersion zipCode errorCode pin spin
  otpCount appName appVersion keyword keywords bearing jwtCount cvvLength privateRoute privacy dsn sentry
  credit credits creditScore 数量 größe`.split(/\s+/);

describe('createKeyMatcher with the default terms', () => {
  it.each([...new Set(SECRET)])('takes %j for a secret', (key) => {
    expect(isSensitive(key)).toBe(true);
  });

  it.each([...new Set(ORDINARY)])('takes %j for an ordinary key', (key) => {
    expect(isSensitive(key)).toBe(false);
  });

  it('has at least sixty keys of each kind in these tables', () => {
    expect(new Set(SECRET).size).toBeGreaterThanOrEqual(60);
    expect(new Set(ORDINARY).size).toBeGreaterThanOrEqual(60);
  });

  it('answers the same when asked again, and after more keys than it remembers', () => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 3_000; index++) {
        expect(isSensitive(`field${index}x`)).toBe(false);
        expect(isSensitive(`password${index}x`)).toBe(true);
      }
    }
  });
});

describe('the terms of createKeyMatcher', () => {
  it.each([
    ['tax id', 'taxId', true],
    ['tax id', 'TAX-ID', true],
    ['tax id', 'taxid', true],
    ['tax id', 'customer.tax_ids', true],
    ['tax id', 'tax', false],
    ['tax id', 'syntaxIdea', false],
    ['card', 'cardNumber', true],
    ['card', 'discard', false],
    ['iban$', 'customerIban', true],
    ['iban$', 'IBAN_1', true],
    ['iban$', 'ibanCheck', false],
    ['^note$', 'note', true],
    ['^note$', 'user_note', false],
    ['*tan*', 'mytans', true],
    ['*tan', 'mytan', true],
    ['*tan', 'tangent', false],
    ['tan*', 'tangent', true],
    ['tan*', 'mytan', false],
    ['pass word', 'password', true],
    ['kennwort', 'Kennwört', false],
    ['größe', 'schuhGröße', true],
    ['token count', 'tokenCount', true],
    ['token', 'tokenCount', false],
  ])('with %j denied, %j is sensitive: %s', (term, key, expected) => {
    expect(createKeyMatcher([term], [])(key)).toBe(expected);
  });

  it.each(['', ' ', '*', '$', '^$', '**', '123'])('a term without letters, %j, denies nothing', (term) => {
    const matcher = createKeyMatcher([term], []);
    for (const key of ['', 'a', '123', 'password']) expect(matcher(key)).toBe(false);
  });

  it('exempts an ignored key in every spelling, and no longer key that contains it', () => {
    const matcher = createKeyMatcher(['token'], ['page token']);
    expect(['pageToken', 'page_token', 'PAGETOKEN'].map(matcher)).toEqual([false, false, false]);
    expect(['nextPageToken', 'token', 'page_token_secret'].map(matcher)).toEqual([true, true, true]);
  });

  it('looks at both ends of a very long key, and answers at once', () => {
    const middle = 'x.'.repeat(500_000);
    const started = performance.now();
    expect(isSensitive(`password.${middle}`)).toBe(true);
    expect(isSensitive(`${middle}.password`)).toBe(true);
    expect(isSensitive(`${middle}.password.${middle}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });
});
