import type { JsonValue } from '../../core/json.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { ProviderOptions } from '../../core/text-request.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { Findings } from './findings.ts';
import { findReservation, isFreeForm, isWrapper } from './reserved-options.ts';

interface OptionsCheck {
  /** What the request may put out at most: options may lower it. */
  readonly maxOutputTokens: number;
  readonly findings: Findings;
}

/**
 * Provider options have to be an object, and leave alone what this API sets itself: its limits, its tools, what is kept at the
 * vendor. Where there is no request to put them over, it goes ahead without them, and says so.
 */
export const checkProviderOptions = (
  given: JsonValue | null,
  config: ModelConfig,
  check: OptionsCheck,
): ProviderOptions | null => {
  if (given === null) return null;
  const path = ['input', 'providerOptions'];
  const { findings } = check;
  if (typeof given !== 'object' || Array.isArray(given)) {
    findings.reject('INVALID_REQUEST', path, 'providerOptions must be an object.');
    return null;
  }
  checkFields(given as ProviderOptions, { path, isTop: true }, check);
  if (config.providerOptions) return given as ProviderOptions;
  findings.warn(
    'PARAMETER_DROPPED',
    `The model "${config.name}" is sent no request that providerOptions could be put over.`,
    { path, from: given, to: null },
  );
  return null;
};

/** `isTop`: whether the object is the body itself, or one whose fields the vendor reads as if it were. */
const checkFields = (
  fields: ProviderOptions,
  { path, isTop }: { readonly path: readonly string[]; readonly isTop: boolean },
  check: OptionsCheck,
): void => {
  for (const [name, value] of Object.entries(fields)) {
    const reservation = findReservation(name, isTop);
    if (reservation !== undefined) {
      if (!reservation.allows(value, check.maxOutputTokens))
        check.findings.reject('INVALID_REQUEST', [...path, name], `providerOptions cannot set ${name}.`, {
          ...(reservation.allowed !== null && { allowed: [reservation.allowed] }),
          suggestion: reservation.suggestion,
        });
    } else if (!isFreeForm(name)) {
      for (const [below, item] of Array.isArray(value) ? value.entries() : [[null, value] as const])
        if (isRecord(item))
          checkFields(
            item as ProviderOptions,
            {
              path: [...path, name, ...(below === null ? [] : [String(below)])],
              isTop: isTop && isWrapper(name),
            },
            check,
          );
    }
  }
};
