import { remember } from './remember.js';

/** What `util.format` replaces by an argument. */
const PLACEHOLDER = /%[sdifjoOc%]/g;
/** Stands for an argument: no detector takes it for a secret by itself, any by where it stands. */
const PROBE = 'Any-4-argument';

/** Tells which arguments of a template are secrets: those that, put into it, would be masked as text. */
export function createParameterTest(scrub: (text: string) => string): (template: string) => readonly boolean[] {
  return remember(function secretParameters(template: string): readonly boolean[] {
    let count = 0;
    const probe = (placeholder: string): string => (placeholder === '%%' ? '%' : `${PROBE}-${count++}.`);
    const scrubbed = scrub(template.replace(PLACEHOLDER, probe));
    return Array.from({ length: count }, (_, index) => !scrubbed.includes(`${PROBE}-${index}.`));
  });
}
