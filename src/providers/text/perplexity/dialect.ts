import type { OutputFormat } from '../../../core/text-request.ts';
import type {
  OpenAICompatibleVendor,
  RequestFields,
  ResponsesDialect,
} from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';
import { convertToResponsesFormat } from './convert-to-responses-format.ts';
import { readSearchResults } from './read-search-results.ts';

/** The Agent API answers 400 to every field it does not know. */
export const PERPLEXITY_RESPONSES: ResponsesDialect = {
  fields: {},
  streamOptions: null,
  reasoningFields: (request, config) => {
    const effort = findEffort(request, config);
    return effort === null ? {} : { reasoning: { effort } };
  },
  includeFor: () => [],
  convertToResponsesFormat,
  outputFields: (output) => outputFields(output),
  readItem: readSearchResults,
  usage: { outputIncludesReasoning: true },
};

export const PERPLEXITY: OpenAICompatibleVendor = {
  name: 'perplexity',
  baseUrl: 'https://api.perplexity.ai/v1',
  chat: null,
  responses: PERPLEXITY_RESPONSES,
};

const outputFields = (output: OutputFormat): RequestFields => {
  switch (output.type) {
    case 'text':
      return {};
    case 'json': // there is no JSON without a schema: the widest one stands for it
      return jsonSchema('json', { type: 'object' });
    case 'schema':
      return jsonSchema(output.name, output.schema, { strict: output.strict });
  }
};

const jsonSchema = (name: string, schema: unknown, more: RequestFields = {}): RequestFields => ({
  response_format: { type: 'json_schema', json_schema: { name, schema, ...more } },
});
