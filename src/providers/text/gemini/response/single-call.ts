import type { GenerateContentResponse, GoogleGenAI } from '@google/genai/web';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { putOver } from '../../../shared/call/put-over.ts';
import { readEvents } from './read-events.ts';
import { toGenerateContentRequest } from '../request/to-generate-content-request.ts';

/** The body of a waiting request, as the SDK writes it, with the caller's own fields over it. Nothing is sent. */
export const toRequestBody = async (
  request: TextRequest,
  { client, config }: { readonly client: GoogleGenAI; readonly config: ModelConfig },
): Promise<object> => {
  const { config: fields, ...params } = toGenerateContentRequest(request, config);
  let written = '{}';
  const fetch = async (_address: unknown, init?: RequestInit): Promise<Response> => {
    if (typeof init?.body === 'string') written = init.body;
    return Response.json({});
  };
  await client.models.generateContent({ ...params, config: { ...fields, httpOptions: { fetch } } });
  return putOver(JSON.parse(written) as object, request.providerOptions);
};

/** A single whole answer, as the SDK would read it from its own call; one that was interrupted cannot be gone on with. */
export const readAnswer = (
  answer: unknown,
  {
    client,
    config,
    log,
  }: { readonly client: GoogleGenAI; readonly config: ModelConfig; readonly log: ProviderLog },
): AsyncGenerator<StreamEvent> => {
  async function* send(): AsyncGenerator<GenerateContentResponse> {
    yield await client.models.generateContent({
      model: config.apiModel,
      contents: 'read',
      config: { automaticContinuation: false, httpOptions: { fetch: async () => Response.json(answer) } },
    });
  }
  return readEvents(send, { log, canContinue: false });
};
