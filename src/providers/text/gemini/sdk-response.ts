import { ApiError } from '@google/genai/web';
import { isRecord } from '../../../lib/is-record.ts';
import { takeNext } from '../../../lib/ready-iterator.ts';
import { openAnswer } from '../../shared/call/answer.ts';
import { type Batches, toReadyBatches } from '../../shared/call/event-batches.ts';
import type { ServerEvent } from '../../shared/call/event-stream-decoder.ts';
import { toPayload } from '../../shared/call/to-payload.ts';
import { joinChunks } from './response/join-chunks.ts';

/** Whether JSON is an answer of generateContent, or a list of its chunks, which the API gives without `alt=sse`. */
export const isAnswer = (json: unknown): boolean =>
  Array.isArray(json) ? json.length > 0 && json.every(isChunk) : isChunk(json);

const isChunk = (json: unknown): boolean =>
  isRecord(json) &&
  ((Array.isArray(json['candidates']) && json['candidates'].length > 0) || isRecord(json['promptFeedback']));

export interface SdkResponseOptions {
  readonly expect: 'event-stream' | 'json';
  /** The longest event stream that is taken, in bytes. */
  readonly maxBytes: number;
}

/**
 * A success of the guarded fetch in the one form that the SDK reads truly: events of one `data` line each, or one JSON
 * document. The SDK loses an event with any other line in it, and errors unless they are alone in their packet.
 */
export const toSdkResponse = async (
  response: Response,
  { expect, maxBytes }: SdkResponseOptions,
): Promise<Response> => {
  if (!response.ok) return response;
  const answer = await openAnswer(response, { maxBytes, toValue: toChunk });
  if (expect === 'json' && answer.form === 'whole' && !Array.isArray(answer.json)) return response;
  const batches =
    answer.form === 'stream' ? answer.batches : [Array.isArray(answer.json) ? answer.json : [answer.json]];
  const { status, statusText, headers } = response;
  const body = expect === 'json' ? JSON.stringify(await joinChunks(batches)) : toBody(batches);
  return new Response(body, { status, statusText, headers });
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

const toBody = (batches: Batches<unknown>): ReadableStream<Uint8Array> => {
  const source = toReadyBatches(batches);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunks = await takeNext(source);
        if (chunks === undefined) return controller.close();
        const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
        controller.enqueue(encoder.encode(events.join('')));
      },
      async cancel() {
        await batches.return?.();
      },
    },
    { highWaterMark: 0 },
  );
};
