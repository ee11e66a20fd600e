/** Day on which the catalogue was last held against all of its sources together. What was checked of a model is in the model. */
export const VERIFIED_AT = '2026-11-29';

/** Where facts and prices come from, and the day of what was read: of a page that was read in a month, its first. */
export interface Source {
  readonly date: string;
  readonly name: string;
}

const source = (date: string, name: string): Source => ({ date, name });

/** Lists of many vendors' models. */
export const MODELS_DEV = source('2026-07-02', 'models.dev, 2026-07-02');
export const PI_AI = source('2026-11-20', 'pi-ai 1.6.0 catalogue, 2026-11-20');
export const OPEN_ROUTER = source('2026-11-20', 'OpenRouter model list, 2026-11-20');
export const LAOZHANG = source('2026-11-22', 'docs.laozhang.ai announcements, 2026-11-22');
export const OXEN = source('2026-11-01', 'docs.oxen.ai model pages, 2026-11');

export const OPENAI_SDK = source('2026-11-17', 'openai SDK 7.59.0 types and changelog');
export const OPENAI_PAGES = source('2026-11-01', 'developers.openai.com model pages, 2026-11');
export const OPENAI_FILES = source('2026-11-01', 'developers.openai.com file inputs guide, 2026-11');
export const OPENAI_SHUTDOWNS = source(
  '2026-11-01',
  'dev.to/aidriftline on OpenAI models shut down on 2027-04-01, 2026-11',
);

export const ANTHROPIC_SDK = source('2026-11-24', '@anthropic-ai/sdk 1.14.0 types and deprecations');
export const ANTHROPIC_PAGES = source('2026-11-01', 'platform.claude.com model pages, 2026-11');
export const ANTHROPIC_MIGRATION = source('2026-11-01', 'platform.claude.com migration guides, 2026-11');
export const ANTHROPIC_DEPRECATIONS = source(
  '2026-11-26',
  "Anthropic's deprecations page as Modelpin 0.5.7 read it, 2026-11-26",
);
export const CLAUDIT = source('2026-09-02', "Anthropic's prices as claudit 1.8.1 read them, 2026-09-02");

export const GOOGLE_SDK = source('2026-11-12', '@google/genai 3.3.0 types');
export const GOOGLE_AI_SDK = source('2026-11-13', '@ai-sdk/google 4.0.121 model catalogue');
export const GOOGLE_GUIDES = source('2026-11-01', 'docs.cloud.google.com model guides, 2026-11');
export const GOOGLE_CHANGELOG = source('2026-11-01', 'ai.google.dev changelog and release notes, 2026-11');
export const GOOGLE_DEPRECATIONS = source('2026-11-10', 'ai.google.dev deprecations page, 2026-11-10');
export const GOOGLE_PRICES = source(
  '2026-11-19',
  "Google's pricing page as llm-preflight 2.25.9 read it, 2026-11-19",
);
export const GOOGLE_PRICE_CHANGES = source('2026-10-01', 'litellm discussions 46238 and 39357, 2026-10');
export const FIREBASE = source('2026-09-09', 'firebase-js-sdk pull request 10362, 2026-09-09');
export const VERCEL = source('2026-11-12', 'vercel.com changelog, 2026-11-12');

export const GROQ_SDK = source('2026-08-25', 'groq-sdk 1.6.0 types');
export const GROQ_NOTICE = source('2026-08-18', "Groq's notice of the shutdown, 2026-08-18");
export const GROQ_PAGES = source('2026-11-01', 'console.groq.com model pages, 2026-11');

export const DEEPSEEK_PAGES = source(
  '2026-11-01',
  'api-docs.deepseek.com pricing and thinking pages, 2026-11',
);

export const XAI_PAGES = source('2026-11-01', 'docs.x.ai model pages, 2026-11');
export const XAI_AI_SDK = source('2026-09-29', '@ai-sdk/xai 5.0.12 reasoning efforts');
export const XAI_PROBES = source('2026-08-18', 'llmgateway pull request 3669, probes of 2026-08-18');
export const XAI_DATES = source(
  '2026-08-12',
  'dippin-lang issue 275 and docs.apiyi.com release notes, 2026-08-12',
);
export const XAI_NOTICE = source('2026-11-27', 'docs.apiyi.com notice of the shutdown, 2026-11-27');

export const PERPLEXITY_PAGES = source('2026-11-01', 'docs.perplexity.ai Agent API pages, 2026-11');
export const TOKEN_METER = source('2026-11-01', 'TokenMeter 0.17.0 release notes, 2026-11');

/** The words for a model's `source`, later sources last: where they differ, the later one stands. */
export const sources = (...names: readonly string[]): string => names.join('; ');

/** What was checked of a model, and so when: no later than the newest of what was read. Later sources come last and stand. */
export const checkedAgainst = (...checked: readonly [Source, ...Source[]]) => {
  const inOrder = checked.toSorted((one, other) => (one.date < other.date ? -1 : 1));
  return {
    verifiedAt: inOrder.at(-1)?.date ?? checked[0].date,
    source: sources(...inOrder.map(({ name }) => name)),
  };
};
