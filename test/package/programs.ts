/** What the text of a program may be: the same program in both kinds of module. */
export type ModuleKind = 'mjs' | 'cjs';
export const MODULE_KINDS = ['mjs', 'cjs'] as const;

/** A program that logs one `order received` and one failed payment, and then just ends. */
export interface Program {
  /** What it binds, and of which module. */
  readonly imports: Readonly<Record<string, string>>;
  readonly body: string;
}

const LOG4JS_BODY = (type: string): string => `
  log4js.configure({
    appenders: { jackdaw: { type: ${type} } },
    categories: { default: { appenders: ['jackdaw'], level: 'info' } },
  });
  const logger = log4js.getLogger('orders');
  logger.info('order received');
  logger.error('payment failed', new TypeError('no gateway'));
`;

export const PROGRAMS = {
  winston: {
    imports: { winston: 'winston', '{ JackdawTransport, keepOriginals }': 'jackdaw/winston' },
    body: `
      const logger = winston.createLogger({ format: keepOriginals(), transports: [new JackdawTransport()] });
      logger.info('order received');
      logger.error('payment failed', new TypeError('no gateway'));
    `,
  },
  pino: {
    imports: { pino: 'pino', jackdaw: 'jackdaw/pino', '{ logHook }': 'jackdaw/pino' },
    body: `
      const options = { name: 'orders', hooks: { logMethod: logHook } };
      const logger = pino(options, pino.multistream([{ stream: jackdaw() }]));
      logger.info('order received');
      logger.error(new TypeError('no gateway'), 'payment failed');
    `,
  },
  'pino in its worker': {
    imports: { pino: 'pino', '{ scopeMixin }': 'jackdaw/pino' },
    body: `
      const logger = pino({ name: 'orders', mixin: scopeMixin, transport: { target: 'jackdaw/pino' } });
      logger.info('order received');
      logger.error(new TypeError('no gateway'), 'payment failed');
    `,
  },
  'log4js by name': { imports: { log4js: 'log4js' }, body: LOG4JS_BODY(`'jackdaw/log4js'`) },
  'log4js by module': {
    imports: { log4js: 'log4js', '{ configure }': 'jackdaw/log4js' },
    body: LOG4JS_BODY('{ configure }'),
  },
  'log4js by path': {
    imports: { log4js: 'log4js', '{ createRequire }': 'node:module' },
    body: LOG4JS_BODY(`createRequire(process.argv[1]).resolve('jackdaw/log4js')`),
  },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES = Object.keys(PROGRAMS) as readonly ProgramName[];

/** The text of a program as a file of this kind. */
export function sourceOf({ imports, body }: Program, kind: ModuleKind): string {
  const lines = Object.entries(imports).map(([binding, module]) =>
    kind === 'mjs' ? `import ${binding} from '${module}';` : `const ${binding} = require('${module}');`,
  );
  return `${lines.join('\n')}\n${body}`;
}
