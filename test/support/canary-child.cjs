// Logs every kind of secret in every place through one logger, then prints which kinds and places there were.
// Arguments: the logger's name, and the client's options as JSON.
const cluster = require('node:cluster');
const { withScope, scope, getClient } = require('../../dist/index.js');
const { kinds, places, secretAt } = require('./canaries.cjs');
const { openLogger } = require('./canary-loggers.cjs');

const [name, optionsJson] = process.argv.slice(2);
const options = JSON.parse(optionsJson);
/** Scopes do not cross threads and processes. */
const hasScope = !['pino worker', 'log4js cluster'].includes(name);

class Box {
  constructor(fields) {
    Object.assign(this, fields);
  }
}

const encoded = encodeURIComponent;
const line = (text) => text.replaceAll('\n', ' ');

/** What one log call carries of a kind: `at` gives its secret for a place. */
function metadata(at) {
  const field = (place) => {
    const { name, value } = at(place);
    return { id: 7, [name]: value };
  };
  const pair = (place) => {
    const { name, value } = at(place);
    return `${encoded(name)}=${encoded(value)}`;
  };
  return {
    ...field('a field'),
    deep: { list: [{ deeper: field('a field in depth') }] },
    text: at('a text in metadata').text,
    keys: { [at('a key').text]: 1 },
    map: new Map(Object.entries(field('a Map'))),
    instance: new Box(field('an instance')),
    produced: { toJSON: () => field('what toJSON returns') },
    json: JSON.stringify({ body: field('JSON in a text') }),
    twice: JSON.stringify({ body: JSON.stringify(field('JSON in JSON')) }),
    form: `a=b&${pair('a form')}&c=d`,
    pairs: Object.entries(field('a list of pairs')),
    rawHeaders: ['Host', 'a', at('raw headers').name, at('raw headers').value],
    entry: [at('an entry')].map(({ name, value }) => ({ name, value })),
    userInfo: `https://bob:${encoded(at('user-info of a URL').value)}@a.example/p`,
    query: `https://a.example/p?a=b&${pair('the query of a URL')}&c=d`,
    fragment: `https://a.example/p#${pair('the fragment of a URL')}`,
    redirect: `/login?next=${encoded(`https://a.example/p?${pair('an encoded URL')}`)}`,
    headers: { host: 'a.example', ...field('headers') },
    request: {
      method: 'POST',
      url: `/p?a=b&${pair('the URL of a request')}`,
      headers: { host: 'a.example', [at('headers of a request').name]: at('headers of a request').value },
      cookies: { theme: 'dark', sid: at('cookies of a request').value },
      data: field('the body of a request'),
    },
    cookie: `theme=dark; sid=${at('a Cookie header').value}`,
    'set-cookie': [`sid=${at('a Set-Cookie header').value}; Path=/; HttpOnly`],
    tags: { ...field('tags'), tagged: at('the text of a tag').text },
    user: { ...field('user'), id: '7' },
  };
}

function failure(at) {
  const { name, value } = at('a property of an error');
  const config = at('what an error holds');
  const listed = at('a property of a listed error');
  const error = new TypeError(at('the message of an error').text, {
    cause: new RangeError(at('the message of a cause').text, {
      cause: new AggregateError(
        [Object.assign(new Error(at('the message of a listed error').text), { [listed.name]: listed.value })],
        at('the message of an AggregateError').text,
      ),
    }),
  });
  error.stack += `\n    at login (https://a.example/app.js?v=${line(at('a frame of a stack').text)}:1:2)`;
  return Object.assign(error, {
    status: 401,
    [name]: value,
    config: { headers: { Accept: '*/*', [config.name]: config.value } },
  });
}

function fillScope(at) {
  const field = (place) => ({ id: 7, [at(place).name]: at(place).value });
  scope.setTags(field('tags of the scope'));
  scope.setTag('text', at('the text of a tag of the scope').text);
  scope.setUser(field('the user of the scope'));
  scope.setExtra(at('extra of the scope').name, at('extra of the scope').value);
  scope.setExtra('text', at('a text in extra of the scope').text);
  scope.setContext('order', field('a context of the scope'));
  scope.setTransaction(at('the transaction').text);
  scope.setFingerprint(['{{ default }}', at('the fingerprint').text]);
  getClient().addBreadcrumb({
    category: 'auth',
    message: at('the message of a breadcrumb of one’s own').text,
    data: { ...field('data of a breadcrumb of one’s own'), url: `/p?${at('the URL of a breadcrumb').text}` },
  });
}

function logAll(logger, kind) {
  const at = (place) => secretAt(kind, place);
  if (hasScope) fillScope(at);
  logger.info(at('the message of a breadcrumb').text, {
    ...{ id: 7, [at('data of a breadcrumb').name]: at('data of a breadcrumb').value },
    text: at('a text in data of a breadcrumb').text,
  });
  logger.info(`fetched ${at('a message with metadata').text}`, {
    nested: { list: [{ [at('nested data of a breadcrumb').name]: at('nested data of a breadcrumb').value }] },
  });
  logger.format('error', 'tried %s and went on', at('an argument').text);
  logger.format('error', `tried ${at('an argument behind its name').name}=%s`, at('an argument behind its name').value);
  logger.format('error', 'tried %j', { id: 7, [at('an object as argument').name]: at('an object as argument').value });
  logger.error(`${at('the message').text}, so nothing came of it`, metadata(at), failure(at));
}

async function main() {
  const logger = openLogger(name, options);
  if (name === 'log4js cluster' && cluster.isPrimary) {
    cluster.fork().on('message', (message) => message === 'end' && logger.end());
    return;
  }
  for (const kind of kinds.keys()) {
    if (hasScope) withScope(() => logAll(logger, kind));
    else logAll(logger, kind);
  }
  process.stdout.write(JSON.stringify({ kinds, places }));
  await logger.end();
}

void main();
