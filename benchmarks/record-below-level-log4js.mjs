export { measure } from './record-below-level.mjs';

export const question = 'What does a record of log4js cost that is below every threshold?';
export const names = ['bare-log4js', 'idle-log4js', 'jackdaw-log4js'];
export const rounds = 11;

export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-log4js', 'idle-log4js');
  return [{ promise: 'P24', text: 'main thread, against the one that does nothing', value, limit: 1.05 }];
}
