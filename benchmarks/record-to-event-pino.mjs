export { measure } from './record-to-event.mjs';

export const question = 'What does an event of pino cost, at 500 a second, with 20 frames and 100 warm breadcrumbs?';
export const names = ['bare-pino', 'jackdaw-pino', 'least-possible'];
export const rounds = 5;

export function claims(ratio) {
  const value = ratio('main µs', 'jackdaw-pino', 'least-possible');
  return [{ promise: 'P26', text: 'main thread, against the least possible (without a logger)', value, limit: 1.3 }];
}
