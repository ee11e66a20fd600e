import type { GenerationSnapshot } from '../generation-snapshot.ts';
import type { GenerateInput } from '../schema-types.ts';

/** Where a handle begins. */
export type Origin =
  | {
      readonly type: 'start';
      readonly input: GenerateInput;
      readonly idempotencyKey: string;
      /** No other handle can have started the generation. */
      readonly isNew: boolean;
    }
  | {
      readonly type: 'follow';
      readonly id: string;
      readonly after: string | undefined;
      readonly from: GenerationSnapshot | undefined;
    };
