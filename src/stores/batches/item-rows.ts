import {
  type BatchItem,
  type BatchItemStatus,
  EMPTY_RESULT,
  type ItemResult,
  toBatchItemId,
} from '../../core/batch.ts';
import type { JsonValue } from '../../core/json.ts';
import { readJsonOutput } from '../../core/json-output.ts';
import { completeCost } from '../../core/usage.ts';
import { parseJsonColumn, readWarnings } from './batch-rows.ts';
import { toJson } from '../db/to-json.ts';

export interface ItemRow {
  readonly idx: number;
  readonly custom_id: string;
  readonly status: BatchItemStatus;
  readonly wants_json: number;
  readonly result: string | null;
  readonly warnings: string | null;
  readonly metadata: string | null;
}

/** Everything `toBatchItem` reads, of a table `batch_item`. */
export const itemColumns = (table: string): string =>
  ['idx', 'custom_id', 'status', 'wants_json', 'result', 'warnings', 'metadata']
    .map((column) => `${table}.${column}`)
    .join(', ');

/** What is empty in nearly every result is left out: a batch may have 100,000 of them. */
export const encodeResult = ({
  citations,
  rawFinishReason,
  warnings,
  outputViolations,
  origin,
  ...always
}: ItemResult): string =>
  toJson({
    ...always,
    ...(citations.length > 0 && { citations }),
    ...(rawFinishReason !== null && { rawFinishReason }),
    ...(warnings.length > 0 && { warnings }),
    ...(outputViolations.length > 0 && { outputViolations }),
    ...(origin !== null && { origin }),
  });

const decodeResult = (json: string | null): ItemResult => {
  const result: ItemResult = { ...EMPTY_RESULT, ...(parseJsonColumn(json) as Partial<ItemResult> | null) };
  return { ...result, cost: completeCost(result.cost) };
};

/** A text that is not the JSON it was to be has no output, as in a single generation. */
const toOutput = (text: string | null): JsonValue | null => {
  const output = readJsonOutput(text ?? '');
  return output.type === 'json' ? output.value : null;
};

export const toBatchItem = (batchId: string, row: ItemRow): BatchItem => {
  const result = decodeResult(row.result);
  return {
    id: toBatchItemId(batchId, row.idx),
    batchId,
    customId: row.custom_id,
    index: row.idx,
    status: row.status,
    ...result,
    warnings: [...readWarnings(row.warnings), ...result.warnings],
    output: row.wants_json === 1 ? toOutput(result.text) : null,
    metadata: parseJsonColumn(row.metadata) as JsonValue | null,
  };
};
