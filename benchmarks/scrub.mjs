import { measureEvents } from './record-to-event.mjs';

export const question =
  'What does scrubbing cost, of an event with 20 frames and 100 breadcrumbs that were sent before, and what a walker in beforeSend?';
export const names = [
  'bare-winston',
  'jackdaw-winston-unscrubbed',
  'jackdaw-winston-discarding',
  'jackdaw-winston-walker',
];
export const rounds = 7;

export function claims(ratio, difference) {
  const beyond = (subject, other) => difference('main µs', subject, other);
  const own = beyond('jackdaw-winston-discarding', 'jackdaw-winston-unscrubbed');
  const walker = beyond('jackdaw-winston-walker', 'jackdaw-winston-unscrubbed');
  return [
    { promise: 'Scrubbing', text: 'µs per event', value: own },
    {
      promise: 'Scrubbing',
      text: "its share of an event's main-thread time, the logger's own not counted",
      value: own / beyond('jackdaw-winston-discarding', 'bare-winston'),
      limit: 0.3,
    },
    { promise: 'A walker in beforeSend', text: 'µs per event', value: walker },
    {
      promise: 'jackdaw',
      text: 'against jackdaw with that walker',
      value: ratio('main µs', 'jackdaw-winston-discarding', 'jackdaw-winston-walker'),
    },
  ];
}

export function measure(subject, { quick }) {
  return measureEvents(subject, { perSecond: 500, quick, fresh: false });
}
