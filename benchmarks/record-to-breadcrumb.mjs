import { measureCalls } from './record-below-level.mjs';

export const question = 'What does a record cost that becomes a breadcrumb?';
export const names = ['bare-winston', 'idle-winston', 'jackdaw-winston'];
export const rounds = 21;

export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-winston', 'bare-winston') - 1;
  return [{ promise: 'P25', text: "added by a breadcrumb, in bare winston's own calls", value, limit: 0.4 }];
}

export function measure(subject, { quick }) {
  return measureCalls(subject, 'info', quick ? 40_000 : 200_000);
}
