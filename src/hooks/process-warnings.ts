import { known, quietly, type Watch } from './watch.js';

/** Sees what `process.emitWarning` tells, but not jackdaw's own warnings. What Node prints of it stays as it is. */
export const watchWarnings: Watch = (begin) => {
  const listener = quietly((warning: Error & { readonly code?: unknown }) => {
    const { name, message, code } = warning;
    if (String(code).startsWith('JACKDAW_')) return;
    begin()?.(() => ({
      category: 'process.warning',
      level: 'warning',
      message: `${name}: ${message}`,
      data: known({ code }),
    }));
  });
  process.on('warning', listener);
  return function stopWatching() {
    process.off('warning', listener);
  };
};
