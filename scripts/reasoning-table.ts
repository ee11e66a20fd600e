import { MODEL_CONFIGS } from '../config/providers/index.ts';
import { type ModelConfig, REASONING_EFFORTS } from '../src/core/model-config.ts';
import type { ReasoningInput } from '../src/core/generate-input.ts';
import type { ReasoningSetting } from '../src/core/text-request.ts';
import { checkReasoning } from '../src/services/checks/check-reasoning.ts';
import { Findings } from '../src/services/checks/findings.ts';
import { wantsReasoning } from '../src/services/checks/reasoning/reasoning-wish.ts';
import { toReasoningWire } from './reasoning-wire.ts';

const BUDGET_TOKENS = 8_192;
/** The output limit every cell is worked out for, where the model takes that much. */
const MAX_OUTPUT_TOKENS = 16_384;

interface Ask {
  readonly title: string;
  readonly input: ReasoningInput | null;
}

const ask = (title: string, input: Partial<ReasoningInput>): Ask => ({
  title,
  input: { enabled: null, effort: null, budgetTokens: null, ...input },
});

const ASKS: readonly Ask[] = [
  { title: 'left out', input: null },
  ask('`enabled: true`', { enabled: true }),
  ask('`enabled: false`', { enabled: false }),
  ...REASONING_EFFORTS.map((effort) => ask(`\`${effort.toUpperCase()}\``, { effort })),
  ask(`\`budgetTokens: ${BUDGET_TOKENS}\``, { budgetTokens: BUDGET_TOKENS }),
];

const HEAD = `# What reasoning becomes

What a client asks for in \`reasoning\`, by model, and what is sent to the vendor for it. Written by \`npm run reasoning\` from the
catalogue and the code that checks requests and builds their bodies; never by hand. Worked out for \`maxOutputTokens: ${MAX_OUTPUT_TOKENS}\`
(or what the model puts out at most): a budget that stands for an effort depends on it.

- What is in \`code\` is sent, in the vendor's words; *nothing* means that the vendor's own default holds.
- ✗ is refused with \`UNSUPPORTED_CAPABILITY\`; after → is what is sent in its place with \`onUnsupported: DROP_WITH_WARNING\`.
- A model that cannot reason itself may have a counterpart, which answers whenever reasoning is asked for.
`;

const toSent = async (
  setting: ReasoningSetting,
  config: ModelConfig,
  maxOutputTokens: number,
): Promise<string> => {
  const wire = await toReasoningWire(setting, config, maxOutputTokens);
  return wire === null ? 'nothing' : `\`${wire}\``;
};

/** What one request comes to: accepted as a wire value, refused with the nearest, or answered by another model. */
const toCell = async (config: ModelConfig, { input }: Ask): Promise<string> => {
  if (config.reasoning.type === 'counterpart' && wantsReasoning(input))
    return `answered by ${config.reasoning.model}`;
  const maxOutputTokens = Math.min(MAX_OUTPUT_TOKENS, config.limits.maxOutputTokens ?? MAX_OUTPUT_TOKENS);
  const strict = new Findings('reject');
  const setting = checkReasoning(input, config, maxOutputTokens, strict);
  const [problem] = strict.problems;
  if (problem === undefined) return await toSent(setting, config, maxOutputTokens);
  const lenient = new Findings('drop-with-warning');
  const nearest = checkReasoning(input, config, maxOutputTokens, lenient);
  return lenient.problems.length > 0 ? '✗' : `✗ → ${await toSent(nearest, config, maxOutputTokens)}`;
};

/** Models of a provider with the same row, in catalogue order, as one. */
const toRows = async (models: readonly ModelConfig[]): Promise<readonly string[]> => {
  const rows = new Map<string, ModelConfig[]>();
  for (const config of models) {
    const cells: string[] = [];
    for (const asked of ASKS) cells.push(await toCell(config, asked));
    const row = cells.join(' | ');
    rows.set(row, [...(rows.get(row) ?? []), config]);
  }
  return [...rows].map(([cells, group]) => `| ${group.map(({ name }) => name).join('<br>')} | ${cells} |`);
};

/** The whole of docs/reasoning.md. */
export const printReasoningTable = async (): Promise<string> => {
  const sections: string[] = [];
  for (const [provider, models] of Object.entries(MODEL_CONFIGS))
    sections.push(
      [
        `## ${provider}`,
        '',
        `| Model | ${ASKS.map(({ title }) => title).join(' | ')} |`,
        `|---${'|---'.repeat(ASKS.length)}|`,
        ...(await toRows(Object.values(models))),
      ].join('\n'),
    );
  return `${HEAD}\n${sections.join('\n\n')}\n`;
};
