import type { EventBase, EventFields } from '../event/build-event.js';
import type { LogBase } from '../event/build-log.js';
import { addCulture, staticContexts } from '../event/contexts.js';
import { readModules } from '../event/modules.js';
import { createContentCleaner } from '../event/scope-content.js';
import { SourceFiles } from '../event/source-files.js';
import { createStackEncoder } from '../event/stack-encoder.js';
import { type Attribute, attribute } from '../protocol/log-item.js';
import { createScrubber, type Scrubber, type ScrubOptions } from '../scrub/walk.js';
import { after } from '../transport/clock.js';
import { SDK } from '../version.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import type { ClientOptions } from './options.js';
import { mainDirectory, type Settings } from './settings.js';

/** Relay's limits in characters. */
const NAME_LENGTH = 200;
/** Once the application has started, and before the first event, if it does not come at once; undici follows later. */
const CULTURE_AFTER_MS = 500;

/** The scrubber of one client, by its options. */
export function scrubberFor(options: ClientOptions, diagnostics: Diagnostics): Scrubber {
  const { scrub, redact } = options;
  const allows = typeof scrub === 'object' && scrub.mode === 'allow';
  const rules = allows ? { ...shared(options, diagnostics), allowKeys: scrub.keys } : denyOptions(options, diagnostics);
  return createScrubber({ ...rules, redact });
}

/**
 * The scrubber for what users' own hooks return: a whole event, whose structure an allow list would mask.
 * What a hook adds is its author's decision, so even in allow mode only the deny rules run over it; and what paths redact
 * has been redacted before it.
 */
export function denyScrubber(options: ClientOptions, diagnostics: Diagnostics): Scrubber {
  return createScrubber(denyOptions(options, diagnostics));
}

function denyOptions(options: ClientOptions, diagnostics: Diagnostics): ScrubOptions {
  const settings = typeof options.scrub === 'object' && options.scrub.mode !== 'allow' ? options.scrub : {};
  return {
    ...shared(options, diagnostics),
    denyKeys: settings.denyKeys ?? [],
    ignoreKeys: settings.ignoreKeys ?? [],
  };
}

function shared({ scrub }: ClientOptions, diagnostics: Diagnostics): ScrubOptions {
  return {
    rules: scrub !== false,
    ...(typeof scrub === 'object' && scrub.mask !== undefined ? { mask: scrub.mask } : {}),
    ...(typeof scrub === 'object' && scrub.detectors !== undefined ? { detectors: scrub.detectors } : {}),
    onScrub: (rule, count) => diagnostics.scrub(rule, count),
    onSlowGetter: () => diagnostics.warn('JACKDAW_SLOW_GETTER', 'a getter of a logged object took more than 5 ms'),
  };
}

/** What never changes between two events, serialized once. `synchronous`: source files may be read in a log call. */
export function eventBase(settings: Settings, scrubber: Scrubber, synchronous: boolean): EventBase {
  const { options } = settings;
  after(CULTURE_AFTER_MS, addCulture);
  const root = mainDirectory();
  const rules = { inAppInclude: options.inAppInclude ?? [], inAppExclude: options.inAppExclude ?? [], root };
  const contextLines = options.contextLines ?? DEFAULTS.contextLines;
  const files = contextLines > 0 ? new SourceFiles({ main: process.argv[1], synchronous }) : undefined;
  return {
    scrubber,
    encodeStack: createStackEncoder({ rules, scrubber, contextLines, files }),
    files,
    frameRules: rules,
    fields: staticFields(settings, scrubber),
    get contexts() {
      return options.world === undefined ? staticContexts() : {};
    },
    cleanContent: createContentCleaner(scrubber),
    contextTags: options.contextTags ?? [],
    sendDefaultPii: options.sendDefaultPii ?? DEFAULTS.sendDefaultPii,
  };
}

/** The same for logs. */
export function logBase(settings: Settings, scrubber: Scrubber): LogBase {
  const texts: Record<string, string | undefined> = {
    'sentry.environment': settings.environment,
    'sentry.release': settings.release,
    'sentry.sdk.name': SDK.name,
    'sentry.sdk.version': SDK.version,
    'server.address': settings.serverName,
  };
  const attributes: Record<string, Attribute> = {};
  for (const [name, text] of Object.entries(texts)) {
    const made = text === undefined ? undefined : attribute(scrubber.text(text, NAME_LENGTH));
    if (made !== undefined) attributes[name] = made;
  }
  return { scrubber, attributes };
}

function staticFields(settings: Settings, scrubber: Scrubber): EventFields {
  const { options, release, environment, serverName } = settings;
  const fields: EventFields = {
    platform: '"node"',
    // Relay would take the address that sends for the user's, unless an event names another.
    sdk: JSON.stringify({
      ...SDK,
      packages: [{ name: 'npm:jackdaw', version: SDK.version }],
      settings: { infer_ip: (options.sendDefaultPii ?? DEFAULTS.sendDefaultPii) ? 'auto' : 'never' },
    }),
  };
  const names = { environment, release, dist: options.dist, server_name: serverName };
  for (const [field, name] of Object.entries(names)) {
    if (name !== undefined && name !== '') fields[field] = JSON.stringify(scrubber.text(name, NAME_LENGTH));
  }
  if (options.modules ?? DEFAULTS.modules) {
    const modules = JSON.stringify(readModules(mainDirectory()));
    if (modules !== '{}') fields['modules'] = modules;
  }
  return fields;
}
