/** `npm run parts`: what the parts of jackdaw cost in a tight loop. For work on one of them; services run colder. */
import { bench, run } from 'mitata';
import { failure, requests } from './support/workload.mjs';

const dist = new URL('node_modules/jackdaw/dist/', import.meta.url);
const load = async (path) => (await import(new URL(path, dist))).default;

const { toRecord, LEVEL, SPLAT } = await load('adapters/winston-record.js');
const { breadcrumbFromRecord, encodeBreadcrumb } = await load('event/build-breadcrumb.js');
const { createStackEncoder } = await load('event/stack-encoder.js');
const { encodeEnvelope } = await load('protocol/envelope.js');
const { createScrubber } = await load('scrub/walk.js');
const { createClient } = await load('index.js');

const [{ message, data }] = requests;
const info = { ...data, level: 'info', message, [LEVEL]: 'info', [SPLAT]: [data] };
const now = Date.now();
const record = toRecord(info, 'info', 'info', now);
const scrubber = createScrubber({ rules: true });
const { stack } = failure(1);
const encodeStack = createStackEncoder({ rules: { inAppInclude: [], inAppExclude: [], root: '/' }, scrubber });

let envelope;
const transport = {
  send(sent, settle) {
    envelope = sent;
    settle('delivered');
  },
  flush: async () => true,
  close: async () => true,
};
const client = createClient({ dsn: 'http://key@127.0.0.1:9/1', transport });
for (const request of requests) client.addBreadcrumb(request);
client.captureException(failure(1));

bench('winston info to record', () => toRecord(info, 'info', 'info', now));
bench('record to breadcrumb', () => breadcrumbFromRecord(record, scrubber));
bench('breadcrumb to text', () => encodeBreadcrumb(breadcrumbFromRecord(record, scrubber), scrubber, now));
bench('scrub flat metadata', () => scrubber.clean(data));
bench('scrub a message', () => scrubber.text(message, 8_192));
bench('error with a stack', () => failure(1).stack);
bench('stack to text, known', () => encodeStack(stack));
bench('event with 100 breadcrumbs', () => client.captureException(failure(1)));
bench('envelope to bytes', () => encodeEnvelope(envelope, now));
await run();
await client.close();
