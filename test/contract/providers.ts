import { MODEL_CONFIGS } from '../../config/providers/index.ts';
import type { ApiType, ModelConfig } from '../../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import type { VendorWire } from '../support/upstream/vendor-wire.ts';
import { loadKnowledge } from './load-knowledge.ts';
import type { ApiKnowledge, Vendor, VendorApi } from './provider-knowledge.ts';
import type { KnownFields } from './request-shape.ts';
import type { Capability, Cell, Cells, Turn } from './turn.ts';

/** A provider held to the contract, by one of its APIs: what it is, a model of the catalogue, and hand-made answers. */
export interface ContractProvider {
  readonly name: string;
  readonly descriptor: TextProviderDescriptor;
  /** The model of every cell that names no other. */
  readonly model: ModelConfig;
  /** null: there is no vendor behind it. */
  readonly wire: VendorWire | null;
  readonly cells: Cells;
}

/** A provider with a vendor behind it. */
export interface VendorProvider extends ContractProvider {
  readonly wire: VendorWire;
  readonly vendor: Vendor;
  readonly api: VendorApi;
  readonly fields: KnownFields;
}

type ProviderName = keyof typeof MODEL_CONFIGS;

const getModel = (provider: string, model: string): ModelConfig => {
  const config = MODEL_CONFIGS[provider as ProviderName]?.[model];
  if (config === undefined) throw new Error(`the catalogue has no model "${model}" of ${provider}`);
  return config;
};

const getApi = <T>(apis: Readonly<Partial<Record<ApiType, T>>>, apiType: ApiType): T => {
  const api = apis[apiType];
  if (api === undefined) throw new Error(`nothing is known of the API ${apiType}`);
  return api;
};

const toLine = (descriptor: TextProviderDescriptor, api: ApiKnowledge): ContractProvider => ({
  name: `${descriptor.name}${api.title === undefined ? '' : ` (${api.title})`}`,
  descriptor,
  model: getModel(descriptor.name, api.model),
  wire: null,
  cells: api.cells,
});

const toVendorLine = (
  descriptor: TextProviderDescriptor,
  vendor: Vendor,
  api: VendorApi,
): VendorProvider => ({
  ...toLine(descriptor, api),
  wire: api.wire,
  vendor,
  api,
  fields: {
    body: api.requestFields,
    headers: [vendor.keyHeader, ...(vendor.headers ?? [])],
  },
});

const linesOf = async (descriptor: TextProviderDescriptor): Promise<readonly ContractProvider[]> => {
  const { vendor, apis } = await loadKnowledge(descriptor, MODEL_CONFIGS[descriptor.name as ProviderName]);
  return descriptor.apiTypes.map((apiType) =>
    vendor === null
      ? toLine(descriptor, getApi(apis, apiType))
      : toVendorLine(descriptor, vendor, getApi(apis, apiType)),
  );
};

/** Every registered provider; one with two APIs has a line for each. */
export const CONTRACT_PROVIDERS: readonly ContractProvider[] = (
  await Promise.all(Object.values(TEXT_PROVIDERS).map(linesOf))
).flat();

export const VENDOR_PROVIDERS: readonly VendorProvider[] = CONTRACT_PROVIDERS.filter(
  (line): line is VendorProvider => line.wire !== null,
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
