/** One thing wrong with one option. */
export interface ConfigProblem {
  readonly option: string;
  /** What is wrong and what is allowed, in words that follow the option's name. */
  readonly problem: string;
}

/** Thrown at construction: everything that is wrong with the configuration, at once. */
export class ConfigError extends TypeError {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ option, problem }) => `  - ${option} ${problem}`);
    super(
      `jackdaw: ${problems.length === 1 ? 'one option is' : `${problems.length} options are`} wrong:\n${lines.join('\n')}`,
    );
    this.problems = problems;
  }
}
