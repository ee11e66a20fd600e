import type { ProviderCapabilities } from './capabilities.ts';
import type { ModelConfig } from './model-config.ts';
import type { ParameterConstraint } from './parameter-constraint.ts';

/** A model with everything that follows from its config, worked out once. */
export interface CatalogueModel {
  readonly config: ModelConfig;
  /** Aliases that lead to it, directly or through others. */
  readonly aliases: readonly string[];
  readonly parameters: readonly ParameterConstraint[];
}

export interface CatalogueProvider {
  readonly name: string;
  readonly displayName: string;
  /** Its credentials are present, or it needs none. */
  readonly configured: boolean;
  readonly credentialVariable: string | null;
  readonly documentationUrl: string | null;
  readonly capabilities: ProviderCapabilities;
}

/** How the catalogue has come about. */
export interface CatalogueState {
  /** When a source besides this release was last read without a problem, in milliseconds since 1970; null: never. */
  readonly refreshedAtMs: number | null;
  /** What it is made of, the weakest first. */
  readonly sources: readonly string[];
  /** Why a source could not be taken, or what is to be known of the catalogue; empty: nothing. */
  readonly problems: readonly string[];
}

/** Of a catalogue that nothing changes while the server runs. */
export const UNREFRESHED: CatalogueState = { refreshedAtMs: null, sources: ['built-in'], problems: [] };
