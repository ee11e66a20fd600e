import {
  type AssistantMessage,
  type AssistantPart,
  MAX_OPAQUE_LENGTH,
  type Message,
} from '../../core/message.ts';
import { canReason, type ModelConfig } from '../../core/model-config.ts';
import { measureJson } from '../../lib/measure-json.ts';
import { parseJson } from '../../lib/parse-json.ts';
import type { Findings } from './findings.ts';

/** As deeply as any input: what a provider makes of state is recursive. */
const MAX_DEPTH = 100;

type StatefulPart = Exclude<AssistantPart, { type: 'text' }>;

const isStateful = (part: AssistantPart): part is StatefulPart => part.type !== 'text';

/** UTF-16 code units of opaque state in messages. */
export const stateLengthOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => {
    if (message.role !== 'assistant') return sum;
    return sum + message.parts.filter(isStateful).reduce((own, { opaque }) => own + (opaque?.length ?? 0), 0);
  }, 0);

const findProblem = (opaque: string | null): string | undefined => {
  if (opaque === null) return undefined;
  if (opaque.length > MAX_OPAQUE_LENGTH)
    return `The signature has more than ${MAX_OPAQUE_LENGTH} characters: it is none that was given.`;
  if (measureJson(parseJson(opaque), MAX_DEPTH).depth > MAX_DEPTH)
    return `The signature nests more than ${MAX_DEPTH} levels: it is none that was given.`;
  return undefined;
};

const checkParts = ({ parts }: AssistantMessage, path: readonly string[], findings: Findings): void => {
  const seen = { reasoning: 0, 'tool-call': 0 };
  for (const part of parts.filter(isStateful)) {
    const list = part.type === 'reasoning' ? 'reasoning' : 'toolCalls';
    const at = [...path, 'assistant', list, String(seen[part.type]), 'signature'];
    seen[part.type] += 1;
    const problem = findProblem(part.opaque);
    if (problem !== undefined)
      findings.reject('INVALID_REQUEST', at, problem, { suggestion: 'Give it as it was received.' });
  }
};

const isForeign = (part: AssistantPart, { provider }: ModelConfig): boolean =>
  part.type === 'reasoning' && part.provider !== undefined && part.provider !== provider;

/** By its API the Responses API answers 400 to reasoning for a model that does not reason. */
const takesState = (config: ModelConfig): boolean => config.apiType !== 'responses_api' || canReason(config);

/** A message without what only another provider could read. A call has no provider of its own: its message says it. */
const withoutState = ({ parts }: AssistantMessage, config: ModelConfig): AssistantMessage => ({
  role: 'assistant',
  parts: parts.flatMap((part): AssistantPart[] => {
    if (part.type === 'text') return [part];
    if (part.type === 'tool-call') return [{ ...part, opaque: null }];
    return isForeign(part, config) || part.opaque !== null ? [] : [part];
  }),
});

/**
 * Turns without the reasoning and the opaque state that the model's provider did not make, or that the model has no place
 * for; reported once. State that is no state is refused: it would cost its size, and its depth in stack.
 */
export const checkState = (
  turns: readonly Message[],
  pathOf: (index: number) => readonly string[],
  config: ModelConfig,
  findings: Findings,
): readonly Message[] => {
  const left: { readonly path: readonly string[]; readonly provider: string }[] = [];
  const checked = turns.map((message, index) => {
    if (message.role !== 'assistant') return message;
    checkParts(message, pathOf(index), findings);
    const foreign = message.parts.find((part) => isForeign(part, config));
    const hasState = message.parts.some((part) => isStateful(part) && part.opaque !== null);
    if (foreign === undefined && (takesState(config) || !hasState)) return message;
    const provider = foreign?.type === 'reasoning' ? foreign.provider : undefined;
    left.push({ path: [...pathOf(index), 'assistant', 'reasoning'], provider: provider ?? config.provider });
    return withoutState(message, config);
  });
  const [first] = left;
  if (first !== undefined) {
    const providers = [...new Set(left.map(({ provider }) => provider))];
    const isOther = providers.some((provider) => provider !== config.provider);
    findings.warn(
      'STATE_NOT_PORTABLE',
      isOther
        ? `Reasoning and opaque state of ${providers.map((name) => `"${name}"`).join(', ')} were left out: the provider "${config.provider}" cannot read them.`
        : `Reasoning and opaque state were left out: the model "${config.name}" does not reason.`,
      { path: first.path, from: providers, to: null },
    );
  }
  return checked;
};
