import { AVERAGE_INPUT, type InputEstimate } from '../../core/input-estimate.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { ModelConfig } from '../../core/model-config.ts';
import type { TextRequest, Tool } from '../../core/text-request.ts';
import { boundMediaTokens } from './bound-media-tokens.ts';

/**
 * What templates add to a request, to a message, to a call of a tool and to a tool: above all that was seen in recorded
 * answers, by a factor of two or more.
 */
const PER_REQUEST = 256;
const PER_MESSAGE = 32;
const PER_CALL = 128;
const PER_TOOL = 128;

/** How far above what is documented for a vendor its own additions may be. */
const MARGIN = 2;

/** A schema may be rewritten into another notation, in which no schema was seen to grow to twice its size. */
const SCHEMA_FACTOR = 2;

/** The largest window of any model; of one whose window is not known. */
const UNKNOWN_WINDOW = 2_000_000;

/** A token stands for at least one byte in the vocabulary of every model: none counts more tokens than there are bytes. */
const textBytes = (text: string | null): number => (text === null ? 0 : Buffer.byteLength(text));

const jsonBytes = (value: JsonValue): number => textBytes(JSON.stringify(value));

const boundMessage = (message: Message, estimate: InputEstimate): number => {
  switch (message.role) {
    case 'system':
      return textBytes(message.text);
    case 'tool':
      return (
        PER_CALL +
        (typeof message.output === 'string' ? textBytes(message.output) : jsonBytes(message.output))
      );
    case 'user':
      return message.parts.reduce(
        (sum, part) => sum + (part.type === 'text' ? textBytes(part.text) : boundMediaTokens(part, estimate)),
        0,
      );
    case 'assistant':
      return message.parts.reduce((sum, part) => {
        if (part.type === 'text') return sum + textBytes(part.text);
        const opaque = textBytes(part.opaque);
        if (part.type === 'reasoning') return sum + textBytes(part.text) + opaque;
        return sum + PER_CALL + textBytes(part.name) + jsonBytes(part.arguments) + opaque;
      }, 0);
  }
};

const boundTool = (tool: Tool): number => {
  if (tool.type === 'built-in') return PER_TOOL;
  const { name, description, parameters } = tool;
  return PER_TOOL + SCHEMA_FACTOR * (textBytes(name) + textBytes(description) + jsonBytes(parameters));
};

/** The most tokens that a model reads at a time. */
export const windowOf = ({ limits }: Pick<ModelConfig, 'limits'>): number =>
  Math.max(limits.contextWindow ?? 0, limits.maxInputTokens ?? 0) || UNKNOWN_WINDOW;

/**
 * At most how many tokens a request counts as input, by its bytes: text, media, tools, schemas and history, with what its
 * vendor adds; never more than the model's window, since what is longer is refused. What a vendor's own tools find is not
 * counted. Takes a time that is linear in the request, media left out.
 */
export const boundInputTokens = (
  request: Pick<TextRequest, 'system' | 'messages' | 'tools' | 'output' | 'providerOptions'>,
  config: Pick<ModelConfig, 'inputEstimate' | 'limits'>,
): number => {
  const { system, messages, tools, output, providerOptions } = request;
  const estimate = config.inputEstimate ?? AVERAGE_INPUT;
  const additions =
    estimate.perRequest +
    estimate.withReasoning +
    (tools.length > 0 ? estimate.withFunctions : 0) +
    tools.filter(({ type }) => type === 'built-in').length * estimate.perBuiltInTool;
  let tokens = PER_REQUEST + MARGIN * additions + textBytes(system);
  for (const message of messages) tokens += PER_MESSAGE + boundMessage(message, estimate);
  for (const tool of tools) tokens += boundTool(tool);
  if (output.type === 'schema') tokens += SCHEMA_FACTOR * jsonBytes(output.schema);
  if (providerOptions !== null) tokens += jsonBytes(providerOptions);
  return Math.min(Math.ceil(tokens), windowOf(config));
};
