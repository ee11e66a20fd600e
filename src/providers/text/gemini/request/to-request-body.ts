import type { GoogleGenAI } from '@google/genai/web';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { putOver } from '../../../shared/call/put-over.ts';
import { toGenerateContentRequest } from './to-generate-content-request.ts';

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
