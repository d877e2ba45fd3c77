// pino with its worker: events are built, scrubbed and sent in pino's own thread, and outlive process.exit().
// What cannot be cloned into it, such as beforeSend, goes into a module: options: { configFile: './jackdaw.config.mjs' }.
import { runInScope, scope } from 'jackdaw';
import { scopeMixin } from 'jackdaw/pino';
import pino from 'pino';

const logger = pino({
  name: 'invoices',
  // The worker cannot see the scope of this thread, so each line carries its tags along.
  mixin: scopeMixin,
  transport: {
    targets: [{ target: 'pino/file' }, { target: 'jackdaw/pino', options: { release: 'invoices@2.0.1' } }],
  },
});

runInScope(() => {
  scope.setTag('tenant', 'acme');
  logger.info({ invoices: 3 }, 'run started');
  logger.error(new RangeError('no rate for XAU'), 'invoice failed');
});
process.exit();
