/** Frames per error. */
Error.stackTraceLimit = 20;

/** As many records as an event takes breadcrumbs, with the flat metadata of an access log. */
export const requests = Array.from({ length: 100 }, (_, n) => ({
  message: `GET /api/orders/${4711 + n}/items 200`,
  data: {
    requestId: `7c9e6679-7425-40de-944b-e07fc1f9${1000 + n}`,
    userId: 100_042 + n,
    path: `/api/orders/${4711 + n}/items`,
    status: 200,
    cached: n % 3 === 0,
    durationMs: 12.5 + n,
  },
}));

/** Errors come from a handful of places, each with a message of its own. */
const places = [
  (n) => new Error(`no stock for item ${n}`),
  (n) => new TypeError(`order ${n} has no items`),
  (n) => new Error(`payment ${n} was refused`),
  (n) => new RangeError(`quantity ${n} is out of range`),
  (n) => Object.assign(new Error(`connect ECONNREFUSED 10.0.0.7:${n}`), { code: 'ECONNREFUSED' }),
  (n) => new Error(`timeout of ${n} ms exceeded`),
  (n) => new SyntaxError(`unexpected token at ${n}`),
  (n) => new Error(`lock ${n} is held`),
];

/** An error with a stack of 20 frames. */
export function failure(n) {
  return checkOut(18, n);
}

function checkOut(depth, n) {
  return depth === 0 ? places[n % places.length](n) : reserveStock(depth - 1, n);
}

function reserveStock(depth, n) {
  return depth === 0 ? places[n % places.length](n) : checkOut(depth - 1, n);
}

/** Lets everything run that waits for the event loop: winston defers an event per record. */
export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `work(n)` at a steady pace, catching up after delays, and returns how often. */
export async function pace(perSecond, seconds, work) {
  const start = performance.now();
  const total = perSecond * seconds;
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * perSecond));
    while (n < due) work(n++);
    const nextMs = start + ((n + 1) / perSecond) * 1_000 - performance.now();
    await new Promise((resolve) => setTimeout(resolve, nextMs));
  }
  return total;
}
