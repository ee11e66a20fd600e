import { OTHER_KEY_NAMES, providerVariables } from '../config/provider-settings.ts';
import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { VARIABLES } from '../config/variables.ts';
import { capabilitiesOf } from '../src/core/capabilities.ts';
import { MODALITIES } from '../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../src/core/text-provider.ts';
import { ERROR_CODES, type ErrorCode } from '../src/core/errors.ts';
import { TEXT_PROVIDERS } from '../src/providers/index.ts';
import { ERROR_DESCRIPTIONS } from '../src/schema/enums.ts';
import { printMetrics } from './metrics-table.ts';

const DESCRIPTORS: readonly TextProviderDescriptor[] = Object.values(TEXT_PROVIDERS);

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
const yes = (has: boolean): string => (has ? 'yes' : '');
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const toBatches = (requests: number | null, megabytes: number | null): string =>
  requests === null
    ? 'yes'
    : [
        `${requests.toLocaleString('en-US')} requests`,
        ...(megabytes === null ? [] : [`${megabytes} MB`]),
      ].join(', ');

const toProviderRow = (descriptor: TextProviderDescriptor): string => {
  const { name, displayName, documentationUrl, credentialVariable, apiTypes } = descriptor;
  const models = Object.values(MODEL_CONFIGS[name as keyof typeof MODEL_CONFIGS]);
  const { reasoning, functionCalling, structuredOutput, citations, batchApi, ...capabilities } =
    capabilitiesOf(models);
  return row(
    documentationUrl === null ? displayName : `[${displayName}](${documentationUrl})`,
    code(name),
    code(credentialVariable ?? ''),
    apiTypes.map((apiType) => code(apiType.toUpperCase())).join(', '),
    String(models.length),
    MODALITIES.filter((modality) => models.some((model) => model.inputModalities.includes(modality))).join(
      ', ',
    ),
    yes(reasoning),
    yes(functionCalling),
    yes(structuredOutput),
    yes(citations),
    batchApi ? toBatches(capabilities.batchMaxRequests, capabilities.batchMaxFileSizeMb) : '',
  );
};

/** Every provider with what at least one of its models supports. */
const printProviders = (): string =>
  [
    row(
      'provider',
      'name',
      'key',
      'API',
      'models',
      'reads',
      'reasoning',
      'functions',
      'JSON Schema',
      'citations',
      'largest batch',
    ),
    row('---', '---', '---', '---', '---:', '---', '---', '---', '---', '---', '---'),
    ...DESCRIPTORS.map(toProviderRow),
  ].join('\n');

const toKeyRow = ({ name, displayName, credentialVariable }: TextProviderDescriptor): readonly string[] => {
  if (credentialVariable === null) return [];
  const others = (OTHER_KEY_NAMES[name] ?? []).map((other) => ` (or ${code(other)})`).join('');
  return [row(code(credentialVariable), '', '', `Key for ${displayName}${others}.`)];
};

const printVariables = (): string => {
  const addresses = DESCRIPTORS.filter(({ credentialVariable }) => credentialVariable !== null).map(
    ({ name }) => code(providerVariables(name).baseUrl),
  );
  return [
    row('variable', 'default', 'unit', 'meaning'),
    row('---', '---', '---', '---'),
    ...VARIABLES.map(({ name, default: usual, unit, description }) =>
      row(code(name), code(usual), unit ?? '', description),
    ),
    ...DESCRIPTORS.flatMap(toKeyRow),
    row(
      code('<PROVIDER>_BASE_URL'),
      "the vendor's own",
      '',
      `Address of the provider's API, for a proxy: ${addresses.join(', ')}, with the path that the vendor's SDK expects.`,
    ),
  ].join('\n');
};

const printErrors = (): string =>
  [
    row('code', 'retryable', 'meaning'),
    row('---', '---', '---'),
    ...Object.entries(ERROR_DESCRIPTIONS).map(([name, description]) =>
      row(code(name), ERROR_CODES[name as ErrorCode].retryable ? 'yes' : 'no', description),
    ),
  ].join('\n');

interface DocumentTable {
  /** The document that has the table, between two comments with its name. */
  readonly path: string;
  readonly name: string;
  readonly print: () => string;
}

export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  { path: 'docs/providers.md', name: 'providers', print: printProviders },
  { path: 'docs/configuration.md', name: 'variables', print: printVariables },
  { path: 'docs/errors.md', name: 'errors', print: printErrors },
  { path: 'docs/metrics.md', name: 'metrics', print: printMetrics },
];

/** The document with its table printed from the sources. Throws if the comments of the table are missing. */
export const withTable = (document: string, { path, name, print }: DocumentTable): string => {
  const begin = `<!-- ${name}: written by \`npm run tables\` -->\n`;
  const end = `\n<!-- /${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`${path} has no comments for the table "${name}": ${begin.trim()} … ${end.trim()}`);
  return `${document.slice(0, from + begin.length)}${print()}${document.slice(to)}`;
};
