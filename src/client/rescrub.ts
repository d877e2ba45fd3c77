import { joinFields } from '../event/build-event.js';
import type { Envelope, EnvelopeItem } from '../protocol/envelope.js';
import { logContainer } from '../protocol/log-item.js';
import type { Scrubber } from '../scrub/walk.js';
import { cleanEventFields } from './clean-event.js';
import { cleanLog } from './log-pipeline.js';

/**
 * An envelope that an earlier run wrote, clean by the rules of this one, which may be tighter.
 *
 * @param structure for what servers rely on, `data` for all else, as in `cleanEventFields`
 * @throws SyntaxError where an item is no JSON
 */
export function rescrub(envelope: Envelope, structure: Scrubber, data: Scrubber): Envelope {
  return { ...envelope, items: envelope.items.map((item) => cleanItem(item, structure, data)) };
}

function cleanItem(item: EnvelopeItem, structure: Scrubber, data: Scrubber): EnvelopeItem {
  const content = JSON.parse(Buffer.from(item.payload as Uint8Array).toString()) as Record<string, unknown>;
  if (item.header.type !== 'log') return { ...item, payload: joinFields(cleanEventFields(content, structure, data)) };
  const logs = content['items'] as readonly unknown[];
  return logContainer(logs.map((log) => JSON.stringify(cleanLog(log, data))));
}
