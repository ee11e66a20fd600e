import type { ApiType } from '../../src/core/model-config.ts';
import type { FaultExceptions } from '../faults/expectations.ts';
import type { VendorErrors } from '../support/upstream/vendor-errors.ts';
import type { VendorWire } from '../support/upstream/vendor-wire.ts';
import type { Shape } from './request-shape.ts';
import type { Cells } from './turn.ts';

/** What tests know of one API of a provider. */
export interface ApiKnowledge {
  /** What tells this API from the provider's others in the names of tests; left out: it has no other. */
  readonly title?: string;
  /** The model of the catalogue that serves every cell which names no other. */
  readonly model: string;
  /** Hand-made answers for every capability, or why it has none. */
  readonly cells: Cells;
}

/** What tests know of one API of a vendor. */
export interface VendorApi extends ApiKnowledge {
  readonly wire: VendorWire;
  /** The fields its requests may have: a vendor may answer 400 to any other. */
  readonly requestFields: Shape;
  /** Those of them that say how much to reason, as paths with dots; not those that say what of it is shown. */
  readonly reasoningFields: readonly string[];
  /** Faults that come to something else than at most vendors. */
  readonly faults?: FaultExceptions;
}

/** What tests know of a vendor, whichever of its APIs is called. */
export interface Vendor {
  readonly errors: VendorErrors;
  /** Variables that its SDK would read of an environment, besides the key and the address that this server reads. */
  readonly environment: readonly string[];
  /** The header that carries the key. */
  readonly keyHeader: 'authorization' | `x-${string}`;
  /** Other headers of its own that its requests carry; left out: none. */
  readonly headers?: readonly string[];
}

/**
 * All that tests know of a provider: one file, `test/providers/text/<name>/knowledge.ts`, which exports it as `knowledge`.
 * The contract, the faults, the request side, the tables of the documents come from it.
 */
export type ProviderKnowledge =
  | { readonly vendor: Vendor; readonly apis: Readonly<Partial<Record<ApiType, VendorApi>>> }
  /** Answered by this server itself. */
  | { readonly vendor: null; readonly apis: Readonly<Partial<Record<ApiType, ApiKnowledge>>> };
