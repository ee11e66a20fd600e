import type { GenerateContentConfig, GenerateContentParameters } from '@google/genai/web';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { OutputFormat, TextRequest } from '../../../../core/text-request.ts';
import { toVendorMessages } from '../../../shared/to-vendor-messages.ts';
import { convertToGenerateContentFormat } from './convert-to-generate-content-format.ts';
import { toThinkingConfig } from './to-thinking-config.ts';
import { toTools } from './to-tools.ts';

export interface GenerateContentRequest extends GenerateContentParameters {
  readonly config: GenerateContentConfig;
}

/** A request of generateContent, waiting or streamed: known fields only, nothing for what was not given. */
export const toGenerateContentRequest = (
  request: TextRequest,
  config: ModelConfig,
): GenerateContentRequest => {
  const messages = toVendorMessages(request.messages, config);
  const { systemInstruction, contents } = convertToGenerateContentFormat(messages, request.system, {
    toolCallSignatures: config.toolCallSignatures,
    imageDetail: config.media.image?.detail ?? false,
  });
  return {
    model: config.apiModel,
    contents,
    config: {
      // Left on, the SDK would send further requests of its own, which no usage would show.
      automaticContinuation: false,
      maxOutputTokens: request.maxOutputTokens,
      ...given('systemInstruction', systemInstruction),
      ...given('thinkingConfig', toThinkingConfig(request.reasoning, config)),
      ...given('temperature', request.temperature),
      ...given('topP', request.topP),
      ...given('topK', request.topK),
      ...given('seed', request.seed),
      ...given('presencePenalty', request.presencePenalty),
      ...given('frequencyPenalty', request.frequencyPenalty),
      ...given('stopSequences', request.stopSequences && [...request.stopSequences]),
      ...toOutputFields(request.output),
      ...toTools(request),
    },
  };
};

const given = <K extends string, V>(name: K, value: V | null | undefined): { readonly [P in K]?: V } =>
  value == null ? {} : ({ [name]: value } as { readonly [P in K]: V });

const toOutputFields = (output: OutputFormat): GenerateContentConfig => {
  switch (output.type) {
    case 'text':
      return {};
    case 'json':
      return { responseMimeType: 'application/json' };
    case 'schema':
      return { responseMimeType: 'application/json', responseJsonSchema: output.schema };
  }
};
