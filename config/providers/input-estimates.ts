import { AVERAGE_INPUT, type ImageTokens, type InputEstimate } from '../../src/core/input-estimate.ts';
import type { ApiType, ModelDefinition } from '../../src/core/model-config.ts';

/**
 * What is added to texts, functions and schemas is measured on recorded answers that report their input; what media count
 * is from the vendors' documentation.
 */

/** https://developers.openai.com/api/docs/guides/images-vision and …/pdf-files (2026-11): each page is text and an image. */
export const OPENAI_INPUT: InputEstimate = {
  ...AVERAGE_INPUT,
  textFactor: 0.95,
  perRequest: 3,
  perMessage: 4,
  perToolCall: 6,
  functionFactor: 0.83,
  schemaFactor: 0.85,
  image: { type: 'patches', most: 2_500, factor: 1 },
  perAudioSecond: 10,
  perPage: 1_500,
};

/** A server that speaks OpenAI's API, of which no more is known: functions are put into its template as JSON. */
export const COMPATIBLE_INPUT: InputEstimate = {
  ...OPENAI_INPUT,
  textFactor: 1,
  functionFactor: 1,
  schemaFactor: 0,
};

/**
 * https://platform.claude.com/docs/en/build-with-claude/vision, …/pdf-support and …/agents-and-tools/tool-use (2026-11). Up
 * to Claude 4.6 an image is scaled down to about 1,600 tokens.
 */
export const ANTHROPIC_INPUT: InputEstimate = {
  ...AVERAGE_INPUT,
  textFactor: 1.11,
  perRequest: 3,
  perMessage: 4,
  perToolCall: 55,
  withReasoning: 28,
  withFunctions: 480,
  functionFactor: 1.4,
  schemaFactor: 1.4,
  perBuiltInTool: 2_200,
  image: { type: 'area', pixelsPerToken: 750, most: 1_600 },
  perPage: 2_250,
};

/** https://ai.google.dev/gemini-api/docs/tokens and …/media-resolution (2026-11). A schema does not count as input. */
export const GEMINI_INPUT: InputEstimate = {
  ...AVERAGE_INPUT,
  perRequest: 2,
  functionFactor: 1,
  schemaFactor: 0,
  image: { type: 'fixed', tokens: 1_120, low: 280 },
  perAudioSecond: 32,
  perPage: 560,
};

export const GEMINI_2_INPUT: InputEstimate = {
  ...GEMINI_INPUT,
  image: { type: 'crops', perCrop: 258 },
  perPage: 258,
};

/** Each Grok is told about itself first. https://docs.x.ai/developers/models: an image counts 256 to 1,792 tokens. */
export const XAI_INPUT: InputEstimate = {
  ...COMPATIBLE_INPUT,
  perRequest: 190,
  image: { type: 'fixed', tokens: 1_792, low: 256 },
};

/** Templates of GPT-OSS begin with about sixty tokens of their own. */
export const GPT_OSS_INPUT: InputEstimate = { ...COMPATIBLE_INPUT, perRequest: 60, functionFactor: 0.7 };

export const PERPLEXITY_INPUT: InputEstimate = { ...COMPATIBLE_INPUT, perRequest: 1, perMessage: 1 };

/** OpenAI's models that count images otherwise, by the same documentation. */
const tiles = (base: number, perTile: number): ImageTokens => ({ type: 'tiles', base, perTile });
const patches = (factor: number): ImageTokens => ({ type: 'patches', most: 1_536, factor });

const OPENAI_IMAGES: Readonly<Record<string, ImageTokens>> = {
  'gpt-5.2': tiles(70, 140),
  'gpt-5.1': tiles(70, 140),
  'gpt-5': tiles(70, 140),
  'gpt-5-mini': patches(1.62),
  'gpt-5-nano': patches(2.46),
  'gpt-5.4-mini': patches(1.62),
  'gpt-5.4-nano': patches(2.46),
  'gpt-4.1': tiles(85, 170),
  'gpt-4.1-mini': patches(1.62),
  'gpt-4o': tiles(85, 170),
  'gpt-4o-mini': tiles(2_833, 5_667),
  o3: tiles(75, 150),
  'o3-pro': tiles(75, 150),
};

export const openaiInputOf = (name: string): InputEstimate => {
  const image = OPENAI_IMAGES[name];
  return image === undefined ? OPENAI_INPUT : { ...OPENAI_INPUT, image };
};

/** From Claude 4.7 on images keep more of their pixels: about 4,784 tokens at most. */
export const anthropicInputOf = (name: string): InputEstimate =>
  /-4-[56]$/.test(name)
    ? ANTHROPIC_INPUT
    : { ...ANTHROPIC_INPUT, image: { type: 'area', pixelsPerToken: 750, most: 4_784 } };

/** Models with how their input is counted. */
export const withInputEstimate = <A extends ApiType>(
  definitions: Readonly<Record<string, ModelDefinition<A>>>,
  inputEstimateOf: (name: string) => InputEstimate,
): Readonly<Record<string, ModelDefinition<A>>> =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [
      name,
      { ...definition, inputEstimate: inputEstimateOf(name) },
    ]),
  );
