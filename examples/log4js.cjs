// log4js, CommonJS. In an app of your own `type: 'jackdaw/log4js'` does as well: log4js finds it beside itself in node_modules.
const log4js = require('log4js');

log4js.configure({
  appenders: {
    out: { type: 'stdout' },
    jackdaw: { type: require('jackdaw/log4js'), release: 'imports@3.1.0', contextTags: ['tenant'] },
  },
  categories: { default: { appenders: ['out', 'jackdaw'], level: 'info' } },
});

const logger = log4js.getLogger('imports.customers');
logger.addContext('tenant', 'acme');
logger.info('import of %s started', 'customers.csv', { password: 'never leaves this process' });
try {
  JSON.parse('{"name":');
} catch (error) {
  logger.error('row %d is not JSON', 17, error);
}

// Calls back when all is delivered, after shutdownTimeoutMs at the latest.
log4js.shutdown(() => console.log('shut down'));
