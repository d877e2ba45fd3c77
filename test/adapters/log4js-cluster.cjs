// A cluster of two workers that log through the primary: log4js's default. Prints when all is delivered.
const cluster = require('node:cluster');
const log4js = require('log4js');

log4js.configure({
  appenders: { jackdaw: { type: require('../../dist/adapters/log4js.js'), dsn: process.argv[2], modules: false } },
  categories: { default: { appenders: ['jackdaw'], level: 'all' } },
});
const logger = log4js.getLogger('orders');

if (cluster.isPrimary) {
  logger.info('in the primary');
  const workers = [cluster.fork(), cluster.fork()];
  let running = workers.length;
  cluster.on('exit', () => {
    running -= 1;
    if (running === 0) log4js.shutdown(() => console.log('done'));
  });
} else {
  logger.info('in worker %d', cluster.worker.id);
  logger.error('payment failed', new TypeError('cannot charge'), { password: 'hunter2', pid: 'mine' });
  process.disconnect();
}
