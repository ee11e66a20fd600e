import type { ModelConfig } from '../../core/model-config.ts';
import type { Findings } from './findings.ts';

/** The output limit that is sent: the one given, or that of the model. */
export const checkMaxOutputTokens = (
  given: number | null,
  config: ModelConfig,
  findings: Findings,
): number => {
  const { maxOutputTokens: most, defaultMaxOutputTokens } = config.limits;
  const path = ['input', 'maxOutputTokens'];
  if (given === null) return defaultMaxOutputTokens;
  if (given < 1) {
    findings.reject('INVALID_REQUEST', path, `maxOutputTokens must be at least 1, not ${given}.`);
    return defaultMaxOutputTokens;
  }
  if (most === null || given <= most) return given;
  findings.unsupported(
    {
      path,
      from: given,
      message: `The model "${config.name}" puts out at most ${most} tokens, not ${given}.`,
      allowed: [`1 to ${most}`],
      suggestion: `Give at most ${most}.`,
    },
    { code: 'PARAMETER_COERCED', to: most },
  );
  return most;
};
