import type { Settings } from '../../config/settings.ts';
import { toUtcDay } from '../../src/core/utc-day.ts';
import { TEXT_PROVIDERS } from '../../src/providers/index.ts';
import { toVendorWords } from '../../src/registry/resolve-name.ts';
import {
  messageOf,
  parseDocument,
  toSource,
} from '../../src/services/catalogue/refresh/catalogue-refresh.ts';
import { fetchDocument } from '../../src/services/catalogue/refresh/fetch-document.ts';
import { readModelsDocument } from '../../src/services/catalogue/refresh/models-document.ts';
import { type Finding, ok, problem } from './finding.ts';

const LIMIT_MS = 10_000;

/** Reads the document that the catalogue is refreshed from, as a running server does. */
export const checkDocument = async ({ catalogueUrl: address }: Settings): Promise<readonly Finding[]> => {
  if (address === null) return [];
  const part = toSource(address);
  try {
    const document = await fetchDocument(address, null, AbortSignal.timeout(LIMIT_MS));
    const value = document.isUnchanged ? {} : parseDocument(document.text);
    const vendors = toVendorWords(Object.values(TEXT_PROVIDERS));
    const { entries, problems } = readModelsDocument(value, { vendors, day: toUtcDay(Date.now()) });
    if (problems.length > 0) return problems.map((text) => problem(part, text));
    return [
      ok(part, entries.length === 1 ? 'it describes 1 model' : `it describes ${entries.length} models`),
    ];
  } catch (error) {
    return [problem(part, messageOf(error))];
  }
};
