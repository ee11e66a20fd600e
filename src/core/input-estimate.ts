/** How many tokens an image counts, by what its vendor documents; sides in pixels. */
export type ImageTokens =
  /** Fitted into a square of 2,048, its shorter side to 768; then `perTile` for each tile of 512, and `base`. */
  | { readonly type: 'tiles'; readonly base: number; readonly perTile: number }
  /** `factor` for each patch of 32, of which there are `most`: a larger image is scaled down. */
  | { readonly type: 'patches'; readonly most: number; readonly factor: number }
  /** A token for so many pixels, at most `most`: a larger image is scaled down. */
  | { readonly type: 'area'; readonly pixelsPerToken: number; readonly most: number }
  /** `perCrop` for a small image, else for each crop of about two thirds of the shorter side, 256 to 768. */
  | { readonly type: 'crops'; readonly perCrop: number }
  /** The same for each image, and less in low detail. */
  | { readonly type: 'fixed'; readonly tokens: number; readonly low: number };

/** How a model's vendor counts input, for an estimate before the call. */
export interface InputEstimate {
  /** How many tokens of the vendor's there are to one of ours, which are those of an average vocabulary. */
  readonly textFactor: number;
  /** What a request has besides what is in it, and each message. */
  readonly perRequest: number;
  readonly perMessage: number;
  /** What each tool call of the history has, with its result, besides what is in them. */
  readonly perToolCall: number;
  /** What is said to the model as soon as it may reason. */
  readonly withReasoning: number;
  /** What is said to it as soon as it has functions, and how many tokens there are to one of their JSON. */
  readonly withFunctions: number;
  readonly functionFactor: number;
  /** How many tokens there are to one of the JSON Schema of the output; 0: it does not count. */
  readonly schemaFactor: number;
  /** For each of the vendor's own tools. What it finds counts too, which no estimate can know. */
  readonly perBuiltInTool: number;
  readonly image: ImageTokens;
  readonly perAudioSecond: number;
  /** Of a PDF. */
  readonly perPage: number;
}

/** Of a model about whose vendor nothing is known: text alone, as an average vocabulary has it, and media as OpenAI counts. */
export const AVERAGE_INPUT: InputEstimate = {
  textFactor: 1,
  perRequest: 0,
  perMessage: 0,
  perToolCall: 0,
  withReasoning: 0,
  withFunctions: 0,
  functionFactor: 1,
  schemaFactor: 1,
  perBuiltInTool: 0,
  image: { type: 'patches', most: 1_536, factor: 1 },
  perAudioSecond: 10,
  perPage: 1_000,
};
