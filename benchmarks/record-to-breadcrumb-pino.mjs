export { measure } from './record-to-breadcrumb.mjs';

export const question = 'What does a record of pino cost that becomes a breadcrumb?';
export const names = ['bare-pino', 'idle-pino', 'jackdaw-pino'];
export const rounds = 11;

export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-pino', 'bare-pino') - 1;
  return [{ promise: 'P25', text: "added by a breadcrumb, in bare pino's own calls", value, limit: 0.4 }];
}
