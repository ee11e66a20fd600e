import { APIError } from 'openai';
import type { TextRequest } from '../../../core/text-request.ts';
import { type Answer, openAnswer } from '../../shared/call/answer.ts';
import { maxStreamBytes } from '../../shared/call/answer-limits.ts';
import { toPayload } from '../../shared/call/to-payload.ts';

/** The answer to a call that the SDK has sent. An error that a stream tells is thrown as the SDK would throw it. */
export const openOpenAIAnswer = async <T>(
  sending: Promise<Response>,
  { maxOutputTokens }: Pick<TextRequest, 'maxOutputTokens'>,
): Promise<Answer<T>> => {
  const response = await sending;
  const toError = (error: unknown): Error =>
    new APIError(
      undefined,
      typeof error === 'object' ? (error ?? undefined) : { message: error },
      undefined,
      response.headers,
    );
  return openAnswer(response, {
    maxBytes: maxStreamBytes(maxOutputTokens),
    toValue: (event) => toPayload(event, { toError, typeField: 'type' }) as T,
  });
};
