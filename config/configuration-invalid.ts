import { ModelgraphError } from '../src/core/errors.ts';

/** Settings that the server does not start with. */
export class ConfigurationInvalid extends ModelgraphError {
  /** Each begins with the name of its variable and a colon. None quotes a value that may be secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const lines = problems.map((problem) => `- ${problem}`).join('\n');
    super('INTERNAL', `The configuration is invalid:\n${lines}`);
    this.name = 'ConfigurationInvalid';
    this.problems = problems;
  }
}
