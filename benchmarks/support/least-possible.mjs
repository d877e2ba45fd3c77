import { randomUUID } from 'node:crypto';

/**
 * The least a client can do in process: no logger, no scrubbing, breadcrumbs and frames serialized once, one POST per
 * event. What a real client takes beyond it is its own.
 */
export function createLeastPossible(dsn, { Pool }) {
  const { origin, pathname, username } = new URL(dsn);
  const pool = new Pool(origin, { connections: 4, pipelining: 1 });
  const path = `/api${pathname}/envelope/`;
  const headers = {
    'content-type': 'application/x-sentry-envelope',
    'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${username}`,
  };
  const fixed = JSON.stringify({ platform: 'node', environment: 'production', server_name: 'bench' }).slice(1, -1);
  const breadcrumbs = [];
  const stacks = new Map();
  let open = 0;
  let settled = () => {};
  const handler = {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd: () => void (--open === 0 && settled()),
    onResponseError: () => void (--open === 0 && settled()),
  };

  function keep(level, message, data) {
    breadcrumbs.push(JSON.stringify({ timestamp: Date.now() / 1_000, category: 'winston', level, message, data }));
    if (breadcrumbs.length > 100) breadcrumbs.shift();
  }

  function send(message, { error, ...extra }) {
    const id = randomUUID().replaceAll('-', '');
    const own = JSON.stringify({ event_id: id, timestamp: Date.now() / 1_000, level: 'error', extra }).slice(1, -1);
    const exception = JSON.stringify({ type: error.name, value: error.message }).slice(0, -1);
    const values = `${exception},"stacktrace":${framesOf(error, stacks)}}`;
    const event = `{${own},${fixed},"exception":{"values":[${values}]},"breadcrumbs":{"values":[${breadcrumbs.join(',')}]}}`;
    const body = Buffer.from(`{"event_id":"${id}"}\n{"type":"event","length":${Buffer.byteLength(event)}}\n${event}`);
    open += 1;
    pool.dispatch({ origin, path, method: 'POST', headers, body }, handler);
    keep('error', message, extra);
  }

  return {
    logger: { info: (message, data) => keep('info', message, data), error: send },
    flush: () =>
      new Promise((resolve) => {
        settled = resolve;
        if (open === 0) resolve();
      }),
    close: () => pool.destroy(),
  };
}

function framesOf({ stack, message }, stacks) {
  const text = stack.slice(stack.indexOf(message) + message.length);
  let frames = stacks.get(text);
  if (frames === undefined) {
    const lines = [...text.matchAll(/at (?:(.*) \()?(.*):(\d+):(\d+)/g)];
    frames = JSON.stringify({
      frames: lines.map(([, name = '?', file, line, column]) => ({
        function: name,
        filename: file,
        abs_path: file,
        lineno: Number(line),
        colno: Number(column),
        in_app: true,
      })),
    });
    stacks.set(text, frames);
  }
  return frames;
}
