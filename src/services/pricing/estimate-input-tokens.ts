import { AVERAGE_INPUT, type InputEstimate } from '../../core/input-estimate.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { TextRequest, Tool } from '../../core/text-request.ts';
import { MAX_INT } from '../../lib/max-int.ts';
import { estimateMediaTokens } from './estimate-media-tokens.ts';
import { estimateTextTokens } from './estimate-text-tokens.ts';

const jsonTokens = (value: JsonValue): number => estimateTextTokens(JSON.stringify(value));

/** Text of the message, and its media. Reasoning of earlier turns counts where it goes back to the vendor as it came. */
const messageTokens = (message: Message, estimate: InputEstimate): { text: number; media: number } => {
  const sum = { text: 0, media: 0 };
  switch (message.role) {
    case 'system':
      sum.text = estimateTextTokens(message.text);
      break;
    case 'tool':
      sum.text =
        typeof message.output === 'string' ? estimateTextTokens(message.output) : jsonTokens(message.output);
      break;
    case 'user':
      for (const part of message.parts) {
        if (part.type === 'text') sum.text += estimateTextTokens(part.text);
        else sum.media += estimateMediaTokens(part, estimate);
      }
      break;
    case 'assistant':
      for (const part of message.parts) {
        if (part.type === 'text') sum.text += estimateTextTokens(part.text);
        else if (part.type === 'tool-call')
          sum.text += estimateTextTokens(part.name) + jsonTokens(part.arguments) + estimate.perToolCall;
        else if (part.opaque !== null) sum.text += estimateTextTokens(part.text ?? '');
      }
  }
  return sum;
};

/** Words of a JSON Schema that vendors do not pass on to the model, or as a sign. */
const SILENT = new Set(['additionalProperties', '$schema', 'required', 'strict']);

const schemaTokens = (schema: JsonValue): number =>
  estimateTextTokens(JSON.stringify(schema, (key, value: unknown) => (SILENT.has(key) ? undefined : value)));

const toolTokens = (tools: readonly Tool[], estimate: InputEstimate): number => {
  const functions = tools.filter((tool) => tool.type === 'function');
  const own = functions.reduce(
    (sum, { name, description, parameters }) => sum + schemaTokens({ name, description, parameters }),
    0,
  );
  return (
    own * estimate.functionFactor +
    (functions.length > 0 ? estimate.withFunctions : 0) +
    (tools.length - functions.length) * estimate.perBuiltInTool
  );
};

/**
 * About how many tokens a request counts as input: text, media, tools, the schema of the output and the history, with what
 * its vendor adds; at most what an Int of GraphQL holds. Takes a time that is linear in the number of parts, and bounded for
 * each text and each file.
 */
export const estimateInputTokens = (
  request: Pick<TextRequest, 'system' | 'messages' | 'tools' | 'output' | 'reasoning'>,
  { inputEstimate: estimate = AVERAGE_INPUT }: Pick<ModelConfig, 'inputEstimate'>,
): number => {
  const { system, messages, tools, output, reasoning } = request;
  let text = estimateTextTokens(system ?? '');
  let media = 0;
  for (const message of messages) {
    const tokens = messageTokens(message, estimate);
    text += tokens.text;
    media += tokens.media;
  }
  const schema = output.type === 'schema' ? schemaTokens(output.schema) * estimate.schemaFactor : 0;
  const reasons = reasoning.type !== 'off' && reasoning.type !== 'provider-default';
  const tokens =
    text * estimate.textFactor +
    media +
    schema +
    toolTokens(tools, estimate) +
    estimate.perRequest +
    messages.length * estimate.perMessage +
    (reasons ? estimate.withReasoning : 0);
  return Math.min(MAX_INT, Math.ceil(tokens));
};
