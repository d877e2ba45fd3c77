import type { Processor } from './processor.js';

/** Removes the local variables of stack frames (raven's RemoveStackLocalsProcessor). */
export const dropLocalVariables: Processor = function dropLocalVariables(event) {
  for (const exception of event.exception?.values ?? []) {
    for (const frame of exception.stacktrace?.frames ?? []) delete frame.vars;
  }
  return event;
};
