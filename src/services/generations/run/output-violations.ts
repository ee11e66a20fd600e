import { isRetryable } from '../../../core/errors.ts';
import type { GenerationError, Warning } from '../../../core/generation.ts';
import type { UserMessage } from '../../../core/message.ts';
import type { OutputViolation } from '../../../core/output.ts';

const describe = ({ path, message }: OutputViolation): string =>
  path === '' ? message : `at ${path}: ${message}`;

const summarize = (violations: readonly OutputViolation[]): string => {
  const [first, ...others] = violations;
  const words = first === undefined ? '' : describe(first).replace(/\.$/, '');
  return others.length === 0 ? `${words}.` : `${words}; and ${others.length} more.`;
};

/** The warning about an answer that breaks its schema. An answer that is repaired has it as well. */
export const violationWarning = (violations: readonly OutputViolation[]): Warning => ({
  code: 'OUTPUT_VIOLATES_SCHEMA',
  message: `The answer breaks the schema of the request: ${summarize(violations)}`,
  path: ['input', 'output', 'schema'],
  from: null,
  to: null,
});

/** The failure of an answer that breaks a schema that it must not break. */
export const violationError = (
  violations: readonly OutputViolation[],
  provider: string,
): GenerationError => ({
  code: 'OUTPUT_INVALID',
  message: `The answer breaks the schema of the request: ${summarize(violations)}`,
  retryable: isRetryable('OUTPUT_INVALID'),
  retryAfterMs: null,
  provider,
  providerStatus: null,
});

/** What asks the model for a better answer, after the one that breaks the schema. */
export const toRepairMessage = (violations: readonly OutputViolation[]): UserMessage => ({
  role: 'user',
  parts: [
    {
      type: 'text',
      text: [
        'Your answer does not conform to the JSON Schema that it has to conform to:',
        ...violations.map((violation) => `- ${describe(violation)}`),
        'Answer again, with the whole JSON document and nothing else: no explanation and no code fence.',
      ].join('\n'),
    },
  ],
});
