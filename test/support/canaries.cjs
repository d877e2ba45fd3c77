// Kinds of secrets, each with a canary that tells kind and place. They are built at run time: nothing of them stands in a
// source that an event could show.

const HEAD = ['ZQX', 'J7'].join('');
const TAIL = ['K3', 'VWQ'].join('');
const HEX_HEAD = ['c0ff', 'eed5'].join('');
const CARD_HEAD = ['492', '8356'].join('');

const letters = (number) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[number];
const two = (number) => letters(Math.floor(number / 32)) + letters(number % 32);
const hex = (number) => number.toString(16).padStart(2, '0');
const digits = (number) => String(number).padStart(2, '0');

/** 16 characters of base32. */
const word = (kind, place) => `${HEAD}${two(kind)}${two(place)}5R${TAIL}`.slice(0, 16);
/** 32 characters of hexadecimal. */
const hexWord = (kind, place) => `${HEX_HEAD}${hex(kind)}${hex(place)}${'0b5e1ca7d9'.repeat(2)}`;

/** A number with a right check digit. */
function card(kind, place) {
  const number = `${CARD_HEAD}${digits(kind)}${digits(place)}3174`;
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const double = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (double > 9 ? double - 9 : double);
  }, 0);
  return number + ((10 - (sum % 10)) % 10);
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const pem = (label) => (w) => `-----BEGIN ${label}-----\nMIIEow${w}\n${w}AQAB\n-----END ${label}-----`;

/** Secrets that their names tell: `[name, value of a canary]`. */
const NAMED = [
  'password',
  'Passwd',
  'user_password',
  'newPassword',
  'passphrase',
  'DB_PASSWORD',
  'PGPASSWORD',
  'mysql_pwd',
  'secret',
  'client_secret',
  'webhookSecret',
  'api_key',
  'apiKey',
  'X-Api-Key',
  'access_token',
  'refreshToken',
  'id_token',
  'token',
  'X-Auth-Token',
  'private_key',
  'aws_secret_access_key',
  'encryptionKey',
  'signing_key',
  'AccountKey',
  'license_key',
  'session',
  'sessionId',
  'PHPSESSID',
  'connect.sid',
  'csrf_token',
  'X-XSRF-TOKEN',
  'jwt',
  'credentials',
  'authorization',
  'Proxy-Authorization',
  'otp',
  'cvv',
  'recovery_code',
  'code_verifier',
  'SAMLResponse',
  'sentry_dsn',
  'connectionString',
].map((name) => ({ name, value: (w) => `${w}x9` }));

/** Secrets that tell themselves, under a name that tells nothing. */
const TELLING = Object.entries({
  Bearer: (w) => `Bearer ${w}`,
  Basic: (w) => `Basic ${Buffer.from(`bob:${w}`).toString('base64')}`,
  JWT: (w) => `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: 1 })}${w}.${w}`,
  'RSA key': pem('RSA PRIVATE KEY'),
  'EC key': pem('EC PRIVATE KEY'),
  'SSH key': pem('OPENSSH PRIVATE KEY'),
  'Postgres URL': (w) => `postgres://bob:${w}@db.internal:5432/app`,
  'Redis URL': (w) => `redis://:${w}@cache:6379/0`,
  'MongoDB URL': (w) => `mongodb+srv://bob:${w}@cluster0.example.net/app?w=majority`,
  'AMQP URL': (w) => `amqp://guest:${w}@mq:5672/vhost`,
  'ADO string': (w) => `Server=db;User Id=sa;Password=${w};Encrypt=true`,
  'Storage string': (w) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${w}==;EndpointSuffix=x`,
  'AWS key id': (w) => `AKIA${w}`,
  'GitHub token': (w) => `ghp_${w}${'x7Kq'.repeat(5)}`,
  'GitLab token': (w) => `glpat-${w}ab`,
  'Slack token': (w) => `xoxb-123456789012-1234567890123-${w}`,
  'Slack webhook': (w) => `https://hooks.slack.com/services/T00000000/B00000000/${w}x7KqZt5x`,
  'Stripe key': (w) => `sk_live_${w}x7KqZt5`,
  'Anthropic key': (w) => `sk-ant-api03-${w}_x7KqZt5`,
  'Google key': (w) => `AIzaSyA-${w}_x7KqZt5x7KqZt5x`,
  'SendGrid key': (w) => `SG.${w}x7KqZt.${w}x7KqZt5x7KqZt5`,
  'npm token': (w) => `npm_${w}${'x7Kq'.repeat(5)}`,
  'Vault token': (w) => `hvs.${w}x7KqZt5x7Kq`,
}).map(([label, value]) => ({ label, value }));

const KINDS = [
  ...NAMED,
  ...TELLING,
  { label: 'Twilio key', value: (_w, h) => `SK${h}` },
  { label: 'DigitalOcean token', value: (_w, h) => `dop_v1_${h}${'0b5e1ca7'.repeat(4)}` },
  { label: 'card', value: (_w, _h, number) => number },
  { label: 'card in groups', value: (_w, _h, number) => number.replace(/\d{4}(?=\d)/g, '$& ') },
];

/** How a text names a secret; by the place, so that each kind comes in every form. */
const FORMS = [
  (name, value) => `${name}=${value}`,
  (name, value) => `${name}: ${value}`,
  (name, value) => JSON.stringify({ id: 4, [name]: value }),
  (name, value) => `'${name}' => '${value}'`,
];

/** The names of places, by their number in canaries. */
const places = [];

/** One kind of secret for one place: `text` has it in a sentence, `name` and `value` are a field. */
function secretAt(kind, place) {
  if (!places.includes(place)) places.push(place);
  const at = places.indexOf(place);
  const { name, value: make } = KINDS[kind];
  const value = make(word(kind, at), hexWord(kind, at), card(kind, at));
  const told = name === undefined ? value : FORMS[(kind + at) % FORMS.length](name, value);
  return { name: name ?? 'note', value, text: `it was ${told}` };
}

const kinds = KINDS.map(({ name, label }) => label ?? name);

module.exports = { kinds, places, secretAt };
