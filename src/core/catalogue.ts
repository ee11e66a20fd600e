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
