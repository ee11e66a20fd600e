import type { GenerateInput } from '../../core/generate-input.ts';
import type { Message, SystemMessage } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { TextRequest } from '../../core/text-request.ts';
import { checkCallOrder } from './check-call-order.ts';
import { checkMedia } from './check-media.ts';
import { checkState, stateLengthOf } from './check-state.ts';
import type { Findings } from './findings.ts';

/** Messages of one request: several times what a conversation of the largest context window takes. */
const MAX_MESSAGES = 10_000;

/** Most text of one request: several times what the largest context window holds. */
const MAX_TEXT_LENGTH = 32 * 1024 * 1024;

const isSystem = (message: Message): message is SystemMessage => message.role === 'system';

const textLength = (message: Message): number => {
  switch (message.role) {
    case 'system':
      return message.text.length;
    case 'tool':
      return JSON.stringify(message.output).length;
    case 'user':
      return message.parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
    case 'assistant':
      return message.parts.reduce((sum, part) => {
        if (part.type === 'tool-call') return sum + JSON.stringify(part.arguments).length;
        return sum + (part.text?.length ?? 0);
      }, 0);
  }
};

/** UTF-16 code units of text in messages, media left out. */
export const textLengthOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + textLength(message), 0);

/** The messages; of more than `MAX_MESSAGES`, which are refused, the last. */
const takeMessages = (messages: GenerateInput['messages'], findings: Findings): GenerateInput['messages'] => {
  if (messages === null || messages.length <= MAX_MESSAGES) return messages;
  findings.reject(
    'INVALID_REQUEST',
    ['input', 'messages'],
    `There may be at most ${MAX_MESSAGES} messages, not ${messages.length}.`,
    { allowed: [`at most ${MAX_MESSAGES}`] },
  );
  return messages.slice(-1);
};

/** What is asked, as messages, for either way of giving it. Nothing is checked against the model yet. */
export const toMessages = (input: GenerateInput, findings: Findings): readonly Message[] => {
  const { prompt } = input;
  const messages = takeMessages(input.messages, findings);
  if (prompt !== null && messages !== null)
    findings.reject('INVALID_REQUEST', ['input', 'prompt'], 'Give prompt or messages, not both.', {
      suggestion: 'prompt is short for one user message; move it into messages.',
    });
  else if (prompt === null && (messages === null || messages.length === 0))
    findings.reject('INVALID_REQUEST', ['input', 'prompt'], 'Give a prompt, or messages.');
  else if (prompt !== null && prompt.trim() === '')
    findings.reject('INVALID_REQUEST', ['input', 'prompt'], 'The prompt is blank.');
  for (const [index, message] of (messages ?? []).entries()) {
    if (message.role !== 'user') continue;
    const blank = message.parts.every((part) => part.type === 'text' && part.text.trim() === '');
    if (blank)
      findings.reject(
        'INVALID_REQUEST',
        ['input', 'messages', String(index), 'user'],
        message.parts.length === 0 ? 'A user message needs at least one part.' : 'The user message is blank.',
      );
  }
  if (messages !== null && messages.length > 0 && messages.every(isSystem))
    findings.reject('INVALID_REQUEST', ['input', 'messages'], 'There are only system messages.', {
      suggestion: 'Add the user message that the model should answer.',
    });
  checkCallOrder(messages ?? [], findings);
  // A variable used in many places is small in the request and large in what would be sent.
  if (messages !== null && textLengthOf(messages) + stateLengthOf(messages) > MAX_TEXT_LENGTH)
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'messages'],
      `There are more than ${MAX_TEXT_LENGTH} characters of text.`,
      {
        allowed: [`at most ${MAX_TEXT_LENGTH} characters in all`],
      },
    );
  return messages ?? [{ role: 'user', parts: [{ type: 'text', text: prompt ?? '' }] }];
};

/** Turns as the model's API takes them: where a system message may not stand after the first turn, the user says it. */
const checkLaterSystemMessages = (
  turns: readonly Message[],
  pathOf: (index: number) => readonly string[],
  config: ModelConfig,
  findings: Findings,
): readonly Message[] =>
  config.laterSystemMessages
    ? turns
    : turns.map((message, index) => {
        if (!isSystem(message)) return message;
        findings.warn(
          'PARAMETER_COERCED',
          `The API of the model "${config.name}" takes no system message after the first turn: it is sent as the user's.`,
          { path: [...pathOf(index), 'system'], from: 'SYSTEM', to: 'USER' },
        );
        return { role: 'user', parts: [{ type: 'text', text: message.text }] };
      });

/** Some models answer only to a request that contains more than text. */
const checkRequiredModality = (
  messages: readonly Message[],
  field: 'prompt' | 'messages',
  { name, requiresOneOf = [] }: ModelConfig,
  findings: Findings,
): void => {
  if (requiresOneOf.length === 0) return;
  const contains = (message: Message): boolean =>
    message.role === 'user' &&
    message.parts.some(({ type }) => requiresOneOf.some((needed) => needed === type));
  if (messages.some(contains)) return;
  const needed = requiresOneOf.map((modality) => modality.toUpperCase());
  findings.reject(
    'UNSUPPORTED_CAPABILITY',
    ['input', field],
    `The model "${name}" takes no request without ${needed.join(' or ')}.`,
    {
      allowed: needed,
      suggestion: 'Add such content to a message, or choose a model that takes text alone.',
    },
  );
};

/**
 * The conversation as the model is given it: media checked, and the system text as one, `system` first and then the
 * leading system messages, which are no longer among the messages.
 */
export const checkConversation = (
  input: GenerateInput,
  messages: readonly Message[],
  config: ModelConfig,
  findings: Findings,
): Pick<TextRequest, 'system' | 'messages'> => {
  const firstTurn = messages.findIndex((message) => !isSystem(message));
  const leading = firstTurn === -1 ? messages : messages.slice(0, firstTurn);
  const turns = firstTurn === -1 ? [] : messages.slice(firstTurn);
  const pathOf = (index: number): readonly string[] => ['input', 'messages', String(leading.length + index)];
  const taken = checkLaterSystemMessages(turns, pathOf, config, findings);
  const portable = checkState(taken, pathOf, config, findings);
  const checked = checkMedia(portable, pathOf, config, findings);
  if (turns.length > 0 && checked.length === 0)
    findings.reject(
      'INVALID_REQUEST',
      ['input', 'messages'],
      'Without what the model does not take, nothing is left.',
    );
  checkRequiredModality(checked, input.messages === null ? 'prompt' : 'messages', config, findings);
  const system = [input.system ?? '', ...leading.filter(isSystem).map((message) => message.text)].filter(
    (text) => text.trim() !== '',
  );
  return { system: system.length === 0 ? null : system.join('\n\n'), messages: checked };
};
