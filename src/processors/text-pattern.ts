/** The whole text, with `*` for any text in it; or a RegExp that finds something in it. Upper and lower case differ. */
export type TextPattern = string | RegExp;

/** Whether a text fits the pattern, in time linear in the text unless a RegExp needs more. */
export function textMatcher(pattern: TextPattern): (text: string) => boolean {
  if (typeof pattern === 'string') return globMatcher(pattern);
  // A copy: with `g` or `y` it would go on where the last match ended, and let every second one slip.
  const own = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (text) => own.test(text);
}

function globMatcher(glob: string): (text: string) => boolean {
  const [head = '', ...inner] = glob.split('*');
  const tail = inner.pop();
  if (tail === undefined) return (text) => text === glob;
  return (text) => {
    const end = text.length - tail.length;
    if (head.length > end || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let at = head.length;
    for (const part of inner) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
