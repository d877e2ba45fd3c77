// log4js, ES modules, with a client of your own. log4js copies its configuration, so hand the client over in a function.
import { createClient } from 'jackdaw';
import * as jackdaw from 'jackdaw/log4js';
import log4js from 'log4js';

const client = createClient({ environment: 'staging' });

log4js.configure({
  appenders: { out: { type: 'stdout' }, jackdaw: { type: jackdaw, client: () => client } },
  categories: { default: { appenders: ['out', 'jackdaw'], level: 'info' } },
});

const logger = log4js.getLogger('warehouse');
logger.info('stock count started', { shelf: 'B-12' });
logger.error('shelf %s holds %d items instead of %d', 'B-12', 3, 5);

console.log((await client.close()) ? 'all delivered' : 'not all delivered');
