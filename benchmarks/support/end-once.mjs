/** A process that ends right after its first error: `node end-once.mjs <subject> <dsn> <ending>`. */
import { failure } from './workload.mjs';

const [subject, dsn, ending] = process.argv.slice(2);
const { open } = await import(`../subjects/${subject}.mjs`);
const { logger } = open({ dsn });
// In a turn of its own, as a service would: a module that is still being loaded ends otherwise.
setImmediate(() => {
  logger.error('order 1 failed', { error: failure(1) });
  if (ending === 'process.exit(0)') process.exit(0);
  if (ending === 'a throw') throw failure(1);
});
