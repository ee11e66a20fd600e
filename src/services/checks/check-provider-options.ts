import type { JsonValue } from '../../core/json.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ProviderOptions } from '../../core/text-request.ts';
import type { Findings } from './findings.ts';

/** Fields of a request body that decide what is asked and how it is read: replacing them would break both. */
const RESERVED = new Set(['model', 'messages', 'input', 'contents', 'stream', 'stream_options']);

/**
 * Provider options have to be an object, and leave alone what this API itself sets. Where there is no request to put them
 * over, it goes ahead without them, and says so.
 */
export const checkProviderOptions = (
  given: JsonValue | null,
  config: ModelConfig,
  findings: Findings,
): ProviderOptions | null => {
  if (given === null) return null;
  const path = ['input', 'providerOptions'];
  if (typeof given !== 'object' || Array.isArray(given)) {
    findings.reject('INVALID_REQUEST', path, 'providerOptions must be an object.');
    return null;
  }
  for (const name of Object.keys(given).filter((key) => RESERVED.has(key)))
    findings.reject('INVALID_REQUEST', [...path, name], `providerOptions cannot set ${name}.`, {
      suggestion: 'Use the field of the request that stands for it.',
    });
  if (config.providerOptions) return given as ProviderOptions;
  findings.warn(
    'PARAMETER_DROPPED',
    `The model "${config.name}" is sent no request that providerOptions could be put over.`,
    { path, from: given, to: null },
  );
  return null;
};
