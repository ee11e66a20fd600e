import type { JsonValue } from '../../../core/json.ts';
import type { ModelConfig } from '../../../core/model-config.ts';
import type { Findings } from '../findings.ts';

export interface SchemaUse {
  readonly path: readonly string[];
  readonly config: ModelConfig;
  readonly findings: Findings;
  /** Whether the model is to be held to the schema. */
  readonly isHeld: boolean;
  /** Whether a schema may be sent without the model being held to it. */
  readonly canBeLoose: boolean;
}

export interface TakenSchema {
  readonly schema: JsonValue;
  readonly isHeld: boolean;
}
