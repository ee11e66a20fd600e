import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ModelConfig } from '../../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import type { VendorWire } from '../support/upstream/vendor-wire.ts';
import { ANTHROPIC_CELLS, ANTHROPIC_WIRE } from './cells/anthropic.ts';
import { DEEPSEEK_CELLS, DEEPSEEK_WIRE } from './cells/deepseek.ts';
import { DEMO_CELLS } from './cells/demo.ts';
import { GEMINI_CELLS, GEMINI_WIRE } from './cells/gemini.ts';
import { GROQ_CELLS, GROQ_WIRE } from './cells/groq.ts';
import {
  OPENAI_CHAT_CELLS,
  OPENAI_CHAT_WIRE,
  OPENAI_RESPONSES_CELLS,
  OPENAI_RESPONSES_WIRE,
} from './cells/openai.ts';
import { PERPLEXITY_CELLS, PERPLEXITY_WIRE } from './cells/perplexity.ts';
import { XAI_CELLS, XAI_WIRE } from './cells/xai.ts';
import type { Capability, Cell, Cells, Turn } from './turn.ts';

/** A provider held to the contract: what it is, a model of the catalogue, and hand-made answers of its vendor. */
export interface ContractProvider {
  readonly name: string;
  readonly descriptor: TextProviderDescriptor;
  /** The model of every cell that names no other. */
  readonly model: ModelConfig;
  /** null: there is no vendor behind it. */
  readonly wire: VendorWire | null;
  readonly cells: Cells;
}

type ProviderName = keyof typeof MODEL_CONFIGS;

const getModel = (provider: string, model: string): ModelConfig => {
  const config = MODEL_CONFIGS[provider as ProviderName]?.[model];
  if (config === undefined) throw new Error(`the catalogue has no model "${model}" of ${provider}`);
  return config;
};

const joins = (
  provider: ProviderName,
  model: string,
  wire: VendorWire | null,
  cells: Cells,
  api = '',
): ContractProvider => ({
  name: `${provider}${api}`,
  descriptor: TEXT_PROVIDERS[provider],
  model: getModel(provider, model),
  wire,
  cells,
});

/** Every provider under the contract; one with two APIs has a line for each. A new provider is one line here. */
export const CONTRACT_PROVIDERS: readonly ContractProvider[] = [
  joins('demo', 'demo', null, DEMO_CELLS),
  joins('openai', 'gpt-4.1', OPENAI_CHAT_WIRE, OPENAI_CHAT_CELLS, ' (Chat Completions)'),
  joins('openai', 'gpt-6.1-terra', OPENAI_RESPONSES_WIRE, OPENAI_RESPONSES_CELLS, ' (Responses)'),
  joins('anthropic', 'claude-opus-5', ANTHROPIC_WIRE, ANTHROPIC_CELLS),
  joins('gemini', 'gemini-3.6-flash', GEMINI_WIRE, GEMINI_CELLS),
  joins('groq', 'gpt-oss-120b', GROQ_WIRE, GROQ_CELLS),
  joins('deepseek', 'deepseek-flash', DEEPSEEK_WIRE, DEEPSEEK_CELLS),
  joins('perplexity', 'sonar', PERPLEXITY_WIRE, PERPLEXITY_CELLS),
  joins('xai', 'grok-4.7', XAI_WIRE, XAI_CELLS),
];

/** A provider with a vendor behind it. */
export type VendorProvider = ContractProvider & { readonly wire: VendorWire };

export const VENDOR_PROVIDERS: readonly VendorProvider[] = CONTRACT_PROVIDERS.flatMap((line) =>
  line.wire === null ? [] : [{ ...line, wire: line.wire }],
);

/** The models of a line's provider that are reached by the same API. */
export const modelsOf = ({ descriptor, model }: ContractProvider): readonly ModelConfig[] =>
  Object.values(MODEL_CONFIGS[descriptor.name as ProviderName]).filter(
    ({ apiType }) => apiType === model.apiType,
  );

export interface CoveredCell {
  readonly capability: Capability;
  readonly config: ModelConfig;
  readonly turns: readonly [Turn, ...Turn[]];
}

const toCovered = (line: ContractProvider, capability: Capability, cell: Cell): CoveredCell[] => {
  if ('cannot' in cell) return [];
  const [first, ...others] = cell.turns;
  if (first === undefined) throw new Error(`${line.name} covers ${capability} with no turn`);
  const config = cell.model === undefined ? line.model : getModel(line.descriptor.name, cell.model);
  return [{ capability, config, turns: [first, ...others] }];
};

export const coveredCells = (line: ContractProvider): readonly CoveredCell[] =>
  Object.entries(line.cells).flatMap(([capability, cell]) => toCovered(line, capability as Capability, cell));

export const getCell = (line: ContractProvider, capability: Capability): CoveredCell => {
  const found = coveredCells(line).find((cell) => cell.capability === capability);
  if (found === undefined) throw new Error(`${line.name} does not cover ${capability}`);
  return found;
};
