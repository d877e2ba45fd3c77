export { measure } from './record-below-level.mjs';

export const question = 'What does a record of pino cost that is below every threshold?';
export const names = ['bare-pino', 'idle-pino', 'jackdaw-pino'];
export const rounds = 11;

export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-pino', 'idle-pino');
  return [{ promise: 'P24', text: 'main thread, against the one that does nothing', value, limit: 1.05 }];
}
