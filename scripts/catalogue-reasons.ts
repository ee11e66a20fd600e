import type { Difference } from './compare-catalogue.ts';

/** Why a difference between the catalogue and a published list stands, for as long as the list says what it said. */
export interface Reason extends Pick<Difference, 'what' | 'there'> {
  readonly models: readonly string[];
  readonly because: string;
}

const READS_DOCUMENTS =
  "OpenAI's file inputs guide, which shows gpt-5, has every model with vision read documents; the list repeats models.dev of 2026-07-02";

const STEP_IS_NO_WINDOW =
  "the vendor's model pages name a window of 1,050,000 tokens; the list ends at the step of the price";

/** Every difference that was judged and stays; the newest last. */
export const REASONS: readonly Reason[] = [
  {
    models: [
      'gpt-5',
      'gpt-5-mini',
      'gpt-5-nano',
      'gpt-5-pro',
      'gpt-5.1',
      'gpt-5.2',
      'gpt-5.2-pro',
      'gpt-5.4-mini',
      'gpt-5.4-nano',
      'gpt-5.4-pro',
      'o3-pro',
    ],
    what: 'input modalities',
    there: 'image, text',
    because: READS_DOCUMENTS,
  },
  {
    models: ['openai/gpt-oss-safeguard-20b'],
    what: 'missing',
    there: 'listed',
    because: 'it classifies texts by a policy and is no model to generate with',
  },
  {
    models: [
      'gpt-5.4',
      'gpt-5.5',
      'gpt-5.6-sol',
      'gpt-5.6-terra',
      'gpt-5.6-luna',
      'gpt-6-sol',
      'gpt-6-luna',
      'gpt-6-astra',
      'gpt-6.1-sol',
      'gpt-6.1-terra',
      'gpt-6.2-sol',
      'gpt-6.2-astra',
    ],
    what: 'context window',
    there: '272000',
    because: STEP_IS_NO_WINDOW,
  },
  {
    models: [
      'gpt-4',
      'gpt-4-turbo',
      'gpt-4.1-nano',
      'gpt-4o-2024-05-13',
      'gpt-5-chat-latest',
      'o1',
      'o1-pro',
      'o3-mini',
      'o4-mini',
      'gemini-3.1-flash-lite-preview',
    ],
    what: 'missing',
    there: 'listed',
    because: 'its vendor has shut it down, or says when',
  },
  {
    models: [
      'deep-research-max-preview-04-2026',
      'deep-research-preview-04-2026',
      'gemini-2.5-computer-use-preview-10-2025',
    ],
    what: 'missing',
    there: 'listed',
    because: 'it answers through another API, or not without a tool that this server does not offer',
  },
  {
    models: ['gemini-4-argon', 'gemini-4-carbon'],
    what: 'output limit',
    there: '32768',
    because: 'that is the limit of a call that is not streamed; this server streams',
  },
  ...[
    { what: 'price input', there: '1.5' },
    { what: 'price output', there: '9' },
    { what: 'price cache read', there: '0.15' },
    { what: 'reasoning efforts', there: 'minimal, low, medium, high' },
  ].map((fact) => ({
    ...fact,
    models: ['gemini-flash-latest'],
    because: 'the name has moved on from Gemini 3.5 Flash, of which this is true',
  })),
  {
    models: ['qwen3.6-27b'],
    what: 'reasoning efforts',
    there: 'high',
    because: 'its reasoning is on or off, which the list writes as one level',
  },
  {
    models: ['deepseek-v4-pro'],
    what: 'reasoning efforts',
    there: 'high, max',
    because: "the vendor's page on thinking gives low, high and max for both models",
  },
  {
    models: ['grok-4.3', 'grok-4.5'],
    what: 'reasoning efforts',
    there: 'low, medium, high, xhigh',
    because: 'the vendor lists none above high: there is none (4.3), or it means high (4.5)',
  },
];

/** Why a difference stands; undefined: it was not judged, or the list says something else by now. */
export const findReason = (
  { model, what, there }: Difference,
  reasons: readonly Reason[] = REASONS,
): string | undefined =>
  reasons.find((reason) => reason.what === what && reason.there === there && reason.models.includes(model))
    ?.because;
