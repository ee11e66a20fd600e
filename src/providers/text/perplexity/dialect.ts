import type { OutputFormat, ToolChoice } from '../../../core/text-request.ts';
import type {
  OpenAICompatibleVendor,
  RequestFields,
  ResponsesDialect,
} from '../openai-compatible/dialect.ts';
import { findEffort } from '../openai-compatible/find-effort.ts';
import { unsupportedPart } from '../../shared/unsupported-part.ts';
import { convertToResponsesFormat } from './request/convert-to-responses-format.ts';
import { readSearchResults } from './response/read-search-results.ts';

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
  toToolChoice: (choice) => toToolChoice(choice),
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
    case 'json':
      throw unsupportedPart('JSON without a schema', 'Give a schema.');
    case 'schema': {
      const { name, schema, strict } = output;
      return { response_format: { type: 'json_schema', json_schema: { name, schema, strict } } };
    }
  }
};

/** The model decides unless told otherwise; a search is forced by its name. */
const toToolChoice = (choice: ToolChoice): string | RequestFields | undefined => {
  switch (choice.type) {
    case 'auto':
      return undefined;
    case 'none':
      return 'none';
    case 'required':
      return { type: 'web_search' };
    case 'function':
      return { type: 'function', name: choice.name };
  }
};
