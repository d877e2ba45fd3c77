export { measure } from './record-to-breadcrumb.mjs';

export const question = 'What does a record of log4js cost that becomes a breadcrumb?';
export const names = ['bare-log4js', 'idle-log4js', 'jackdaw-log4js'];
export const rounds = 11;

export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-log4js', 'bare-log4js') - 1;
  return [{ promise: 'P25', text: "added by a breadcrumb, in bare log4js's own calls", value, limit: 0.4 }];
}
