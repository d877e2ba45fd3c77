import { measureEvents } from './record-to-event.mjs';

export const question =
  'What does an event cost with 100 new breadcrumbs each, at 100 a second, their log calls included?';
export { names } from './record-to-event.mjs';
export const rounds = 7;

export function claims(ratio) {
  const value = ratio('main µs', 'jackdaw-winston', 'least-possible');
  return [{ promise: 'P26', text: 'main thread, against the least possible (without a logger)', value }];
}

export function measure(subject, { quick }) {
  return measureEvents(subject, { perSecond: 100, quick, fresh: true });
}
