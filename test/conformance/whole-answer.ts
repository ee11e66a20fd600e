import type { ApiType } from '../../src/core/model-config.ts';
import { toWholeMessage } from '../providers/text/anthropic/anthropic-harness.ts';
import { toWhole as toWholeContent } from '../providers/text/gemini/gemini-harness.ts';
import type { Raw } from '../support/upstream/replay.ts';

/** The body a vendor would have answered a waiting request with, put together from the payloads of its stream. */
export const toWholeAnswer = (apiType: ApiType, payloads: readonly Raw[]): Raw => {
  switch (apiType) {
    case 'responses_api':
      return payloads.find(({ type }) => /^response\.(completed|incomplete|failed)$/.test(type))?.response;
    case 'chat_completion':
      return toWholeCompletion(payloads);
    case 'messages':
      return toWholeMessage(payloads);
    case 'generate_content':
      return toWholeContent(payloads);
    default:
      throw new Error(`there is no recording by ${apiType}`);
  }
};

const toWholeCompletion = (payloads: readonly Raw[]): Raw => {
  const choices: Raw[] = payloads.flatMap((payload) => payload.choices ?? []);
  const deltas: Raw[] = choices.map(({ delta }) => delta ?? {});
  const joined = (name: string): Raw => {
    const pieces = deltas.flatMap((delta) => (typeof delta[name] === 'string' ? [delta[name]] : []));
    return pieces.length === 0 ? {} : { [name]: pieces.join('') };
  };
  const listed = (name: string): Raw => {
    const items = deltas.flatMap((delta) => delta[name] ?? []);
    return items.length === 0 ? {} : { [name]: items };
  };
  const calls: Raw[] = [];
  for (const delta of deltas)
    for (const { index, id, function: part } of delta.tool_calls ?? []) {
      const call = (calls[index ?? 0] ??= {
        id,
        type: 'function',
        function: { name: part?.name, arguments: '' },
      });
      call.function.arguments += part?.arguments ?? '';
    }
  const last = (name: string): Raw => payloads.findLast((payload) => payload[name] != null)?.[name] ?? null;
  return {
    object: 'chat.completion',
    model: last('model'),
    choices: [
      {
        index: 0,
        finish_reason: choices.findLast((choice) => choice.finish_reason)?.finish_reason ?? null,
        message: {
          role: 'assistant',
          content: null,
          ...joined('content'),
          ...joined('reasoning'),
          ...joined('reasoning_content'),
          ...listed('annotations'),
          ...listed('executed_tools'),
          ...(calls.length > 0 && { tool_calls: calls }),
        },
      },
    ],
    usage: last('usage'),
    x_groq: last('x_groq'),
  };
};
