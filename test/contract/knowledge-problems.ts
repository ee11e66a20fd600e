import { canReason, type ModelConfig, type ModelConfigs } from '../../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import type { ApiKnowledge, ProviderKnowledge, VendorApi } from './provider-knowledge.ts';
import { hasField } from './request-shape.ts';
import { CAPABILITIES, findTextBreak, TEXT_BEGINNING } from './turn.ts';

type Descriptor = Pick<TextProviderDescriptor, 'name' | 'apiTypes'>;

/** What knowledge of a provider lacks or contradicts, each problem with what to write in its place. */
export const findKnowledgeProblems = (
  { apiTypes }: Descriptor,
  models: ModelConfigs,
  knowledge: ProviderKnowledge | undefined,
): readonly string[] => {
  if (knowledge?.apis === undefined) return ['it has to export `const knowledge: ProviderKnowledge`'];
  const { vendor, apis } = knowledge;
  const unnamed = Object.keys(apis).filter((apiType) => !apiTypes.some((known) => known === apiType));
  return [
    ...(vendor === undefined ? ['vendor: its errors, its environment, the header of its key'] : []),
    ...unnamed.map((apiType) => `apis.${apiType}: the descriptor does not name this API`),
    ...apiTypes.flatMap((apiType) => {
      const api = apis[apiType];
      if (api === undefined) return [`apis.${apiType}: a model, its cells, its wire and its requestFields`];
      const served = Object.values(models).filter((config) => config.apiType === apiType);
      return problemsOf(api, served, vendor !== null).map((problem) => `apis.${apiType}.${problem}`);
    }),
  ];
};

const problemsOf = (
  api: ApiKnowledge | VendorApi,
  served: readonly ModelConfig[],
  hasVendor: boolean,
): readonly string[] => [
  ...(served.some(({ name }) => name === api.model)
    ? []
    : [`model: "${api.model}" is no model of the catalogue with this API`]),
  ...cellProblems(api),
  ...(hasVendor ? wireProblems(api, served) : []),
];

/** Read as what may not be there: a file that does not compile is run all the same. */
const cellProblems = ({ cells }: Pick<ApiKnowledge, 'cells'>): readonly string[] =>
  CAPABILITIES.flatMap((capability) => {
    const cell = (cells as Partial<ApiKnowledge['cells']> | undefined)?.[capability];
    if (cell === undefined)
      return [
        `cells['${capability}']: { turns: […] } of hand-made answers, or { cannot: 'why it has none' }`,
      ];
    if ('cannot' in cell) return capability === 'text' ? ["cells['text']: every model gives text"] : [];
    return cell.turns.length === 0 ? [`cells['${capability}']: it has no turn`] : [];
  });

const wireProblems = (api: Partial<VendorApi>, served: readonly ModelConfig[]): readonly string[] => {
  const { wire, cells, requestFields, reasoningFields } = api;
  const text = cells?.text;
  const [turn] = text !== undefined && 'turns' in text ? text.turns : [];
  const unknown = (reasoningFields ?? []).filter((path) => !hasField(requestFields ?? {}, path));
  return [
    ...(wire === undefined ? ['wire: how its answers are framed and how they count tokens'] : []),
    ...(requestFields === undefined ? ['requestFields: the fields that its requests may have'] : []),
    ...(turn !== undefined && findTextBreak(turn.payloads) === undefined
      ? [
          `cells['text']: its first turn has to say "${TEXT_BEGINNING}" in one payload, and more in later ones`,
        ]
      : []),
    ...(served.some(canReason) && (reasoningFields ?? []).length === 0
      ? ['reasoningFields: which fields of a request say how much to reason, since its models do']
      : []),
    ...unknown.map((path) => `reasoningFields: "${path}" is none of requestFields`),
  ];
};
