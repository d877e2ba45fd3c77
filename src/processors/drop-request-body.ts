import type { Processor } from './processor.js';

/** Removes the body of the request (raven's RemovePostDataProcessor). */
export const dropRequestBody: Processor = function dropRequestBody(event) {
  if (event.request !== undefined) delete event.request.data;
  return event;
};
