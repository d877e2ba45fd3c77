import { arch, availableParallelism, type as osType, release, totalmem, uptime } from 'node:os';
import { cloudResource } from './cloud-resource.js';

/** A context's fields (Sentry SDK docs, "Contexts Interface"). */
type StaticContext = Readonly<Record<string, string | number>>;

/** What stays the same while the process runs. */
export type StaticContexts = Readonly<Record<'runtime' | 'os' | 'device' | 'app', StaticContext>> &
  Readonly<Partial<Record<'culture' | 'cloud_resource', StaticContext>>>;

let contexts: StaticContexts | undefined;

/**
 * Runtime, system, device, app, the cloud it runs in, and, once it has been added, culture; nothing that tells who or which
 * machine it is. Made once per process.
 *
 * `cpu_description` and `device.name` are left out: `os.cpus()` reads a file per core, and the host name is personal data.
 */
export function staticContexts(): StaticContexts {
  contexts ??= makeContexts();
  return contexts;
}

function makeContexts(): StaticContexts {
  const cloud = cloudResource(process.env);
  return {
    runtime: { name: 'node', version: process.version },
    os: osContext(),
    device: known({
      arch: arch(),
      processor_count: availableParallelism(),
      memory_size: totalmem(),
      boot_time: attempt(() => secondsAgo(uptime())),
    }),
    app: known({ app_start_time: secondsAgo(process.uptime()) }),
    ...(cloud === undefined ? {} : { cloud_resource: cloud }),
  };
}

/**
 * Adds locale and time zone. ICU takes 10 ms to load its data for them, so this belongs neither into the start of the
 * process nor into a log call.
 */
export function addCulture(): void {
  const made = staticContexts();
  contexts = made.culture === undefined ? { ...made, culture: cultureContext() } : made;
}

/** The version is the system's own only on Windows; elsewhere Node knows no more than the kernel's. */
function osContext(): StaticContext {
  const name = osType();
  if (name === 'Windows_NT') return { name: 'Windows', version: release() };
  return { name: name === 'Darwin' ? 'macOS' : name, kernel_version: release() };
}

function cultureContext(): StaticContext {
  const options = attempt(() => new Intl.DateTimeFormat().resolvedOptions());
  return known({ locale: options?.locale, timezone: options?.timeZone });
}

function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1_000).toISOString();
}

/** Sandboxes forbid some of the calls; then the field is missing. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function known(fields: Readonly<Record<string, string | number | undefined>>): StaticContext {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as StaticContext;
}
