import { useMemo } from 'react';
import type { GenerateInput, Generation } from '../schema-types.ts';
import { type JsonSchemaMaker, type SchemaSource, toJsonSchema } from './to-json-schema.ts';
import { type GenerationView, useGeneration, type UseGenerationOptions } from './use-generation.ts';

/** What a schema describes, where its type says so: schemas of Zod do, JSON Schema does not. */
export type ObjectOf<Schema> = Schema extends JsonSchemaMaker & {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined };
}
  ? Output
  : unknown;

/** A value that is still being written: each property and each item may be missing. */
export type PartialObject<Value> = Value extends readonly (infer Item)[]
  ? readonly PartialObject<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: PartialObject<Value[Key]> }
    : Value;

export interface UseObjectOptions<Schema extends SchemaSource>
  extends Omit<UseGenerationOptions, 'onToolCall'> {
  readonly model: string;
  /** JSON Schema, or anything with `toJSONSchema()`. */
  readonly schema: Schema;
  /** What the provider is told the schema is called. Default: `object`. */
  readonly name?: string;
  readonly settings?: Partial<
    Omit<GenerateInput, 'model' | 'messages' | 'prompt' | 'output' | 'streamOutput'>
  >;
}

export type ObjectRequest = Pick<GenerateInput, 'prompt'> | Pick<GenerateInput, 'messages'>;

export interface ObjectView<Value> extends Pick<GenerationView, 'status' | 'snapshot' | 'error' | 'stop'> {
  /** The whole object once it has come and conforms to the schema. */
  readonly object: Value | undefined;
  /** As far as it is written. */
  readonly partial: PartialObject<Value> | undefined;
  /** Where the whole object breaks the schema. */
  readonly violations: Generation['outputViolations'];
  /** Starts; while one is being written, does nothing. */
  readonly submit: (request: ObjectRequest) => void;
}

/** An object that is written as the answer, and can be shown while it grows. */
export const useObject = <Schema extends SchemaSource>({
  model,
  schema,
  name = 'object',
  settings,
  ...options
}: UseObjectOptions<Schema>): ObjectView<ObjectOf<Schema>> => {
  const { status, snapshot, error, start, stop } = useGeneration(options);
  const violations = snapshot.generation?.outputViolations ?? [];
  const isWhole = status === 'completed' && violations.length === 0;
  const submit = (request: ObjectRequest): void => {
    const output = { schema: { name, schema: toJsonSchema(schema) } };
    start({ ...settings, ...request, model, output, streamOutput: true });
  };
  const { output } = snapshot;
  const partial = useMemo(() => output as PartialObject<ObjectOf<Schema>> | undefined, [output]);
  return {
    status,
    snapshot,
    error,
    stop,
    submit,
    partial,
    object: isWhole ? (output as ObjectOf<Schema>) : undefined,
    violations,
  };
};
