import type { JsonValue } from '../../../../core/json.ts';
import type { ToolMessage } from '../../../../core/message.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import { parseJson } from '../../../../lib/parse-json.ts';
import { toText } from './request-text.ts';

/** Rows and cells of a table that is shown whole. */
const MAX_ROWS = 12;
const MAX_CELL_LENGTH = 80;

const isFlat = (value: unknown): value is Readonly<Record<string, string | number | boolean | null>> =>
  isRecord(value) && Object.values(value).every((item) => typeof item !== 'object' || item === null);

const toCell = (value: string): string =>
  value.slice(0, MAX_CELL_LENGTH).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');

const toTable = (output: JsonValue): string => {
  const value = typeof output === 'string' ? parseJson(output) : output;
  if (!isFlat(value)) return '';
  const rows = Object.entries(value).slice(0, MAX_ROWS);
  if (rows.length === 0) return '';
  const lines = rows.map(([name, item]) => `| ${toCell(name)} | ${toCell(String(item))} |`);
  return `\n\n| Field | Value |\n|---|---|\n${lines.join('\n')}`;
};

/** Says what the tools gave; a result that is a flat object also as a table. Markdown. */
export const answerWithResults = (results: readonly ToolMessage[]): string => {
  const said = results.map(
    (result) => `${result.isError ? 'failed with' : 'returned'} ${toText(result.output)}`,
  );
  const tables = results.map(({ output, isError }) => (isError ? '' : toTable(output)));
  return `The tool ${said.join('; the next one ')}.${tables.join('')}\n\n*A scripted answer: no language model read the result.*`;
};
