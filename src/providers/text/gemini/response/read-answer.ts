import type { GenerateContentResponse, GoogleGenAI } from '@google/genai/web';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { StreamEvent } from '../../../../core/stream-event.ts';
import type { ProviderLog } from '../../../../core/text-provider.ts';
import type { Batches } from '../../../shared/call/event-batches.ts';
import { readSingly } from '../../../shared/reading/payload-events.ts';
import { readTurn } from './read-turn.ts';

/** A single whole answer, as the SDK would read it from its own call; one that was interrupted cannot be gone on with. */
export const readAnswer = (
  answer: unknown,
  {
    client,
    config,
    log,
  }: { readonly client: GoogleGenAI; readonly config: ModelConfig; readonly log: ProviderLog },
): AsyncGenerator<StreamEvent> => {
  const send = async (): Promise<Batches<GenerateContentResponse>> => {
    const response = await client.models.generateContent({
      model: config.apiModel,
      contents: 'read',
      config: { automaticContinuation: false, httpOptions: { fetch: async () => Response.json(answer) } },
    });
    return [[response]];
  };
  return readSingly(readTurn(send, { log, canContinue: false }));
};
