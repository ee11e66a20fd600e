import { ApiError, type GenerateContentResponse } from '@google/genai/web';
import { isRecord } from '../../../lib/is-record.ts';
import { openAnswer } from '../../shared/call/answer.ts';
import { type Batches, wholeBatches } from '../../shared/call/event-batches.ts';
import type { ServerEvent } from '../../shared/call/event-stream-decoder.ts';
import { toPayload } from '../../shared/call/to-payload.ts';
import { joinChunks } from './response/join-chunks.ts';

/** Whether JSON is an answer of generateContent, or a list of its chunks, which the API gives without `alt=sse`. */
export const isAnswer = (json: unknown): boolean =>
  Array.isArray(json) ? json.length > 0 && json.every(isChunk) : isChunk(json);

const isChunk = (json: unknown): boolean =>
  isRecord(json) &&
  ((Array.isArray(json['candidates']) && json['candidates'].length > 0) || isRecord(json['promptFeedback']));

/**
 * What a stream of the API brings, as the types of the SDK have it. Taken past the SDK, which makes a `Response` of each event
 * (ten times the work of reading it), loses an event with any other line in it, and errors unless they are alone in their
 * packet. `maxBytes`: the longest event stream that is taken.
 */
export const openChunks = async (
  response: Response,
  maxBytes: number,
): Promise<Batches<GenerateContentResponse>> => {
  const answer = await openAnswer(response, { maxBytes, toValue: (event) => toSdkChunk(toChunk(event)) });
  if (answer.form === 'stream') return answer.batches;
  return wholeBatches((Array.isArray(answer.json) ? answer.json : [answer.json]).map(toSdkChunk));
};

/**
 * A chunk as the SDK would hand it on. Of all that is read here, one field has another name there: the sources of quotations
 * (`citationMetadataFromMldev` in @google/genai 3.3.0).
 */
const toSdkChunk = (chunk: unknown): GenerateContentResponse => {
  const given = isRecord(chunk) ? chunk : {};
  const { candidates } = given;
  return (Array.isArray(candidates)
    ? { ...given, candidates: candidates.map(toSdkCandidate) }
    : given) as Partial<GenerateContentResponse> as GenerateContentResponse;
};

const toSdkCandidate = (candidate: unknown): unknown => {
  if (!isRecord(candidate)) return {};
  const { citationMetadata: cited } = candidate;
  if (cited === undefined || cited === null) return candidate;
  return {
    ...candidate,
    citationMetadata: { citations: isRecord(cited) ? cited['citationSources'] : undefined },
  };
};

/** A whole answer in the one form that the SDK reads truly, one JSON document. `maxBytes`: the longest event stream that is taken. */
export const toSdkResponse = async (response: Response, maxBytes: number): Promise<Response> => {
  if (!response.ok) return response;
  const answer = await openAnswer(response, { maxBytes, toValue: toChunk });
  if (answer.form === 'whole' && !Array.isArray(answer.json)) return response;
  const batches = answer.form === 'stream' ? answer.batches : [answer.json as readonly unknown[]];
  const { status, statusText, headers } = response;
  return new Response(JSON.stringify(await joinChunks(batches)), { status, statusText, headers });
};

const toChunk = (event: ServerEvent): unknown => toPayload(event, { toError });

const HTTP_STATUSES = /^[1-5]\d\d$/;

/** As the SDK throws what it finds in a stream. The status is that of the answer where the error names none. */
const toError = (error: unknown): Error => {
  const code = isRecord(error) ? error['code'] : undefined;
  return new ApiError({
    message: JSON.stringify({ error }),
    status: typeof code === 'number' && HTTP_STATUSES.test(String(code)) ? code : 200,
  });
};
