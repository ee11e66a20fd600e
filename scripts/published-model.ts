import { z } from 'zod';

const rates = {
  input: z.number().optional(),
  output: z.number().optional(),
  cache_read: z.number().optional(),
  cache_write: z.number().optional(),
};

const cost = z.object({
  ...rates,
  cache_write_1h: z.number().optional(),
  cache_write_12h: z.number().optional(),
  input_audio: z.number().optional(),
  tiers: z.array(z.object({ ...rates, tier: z.object({ size: z.number() }) })).optional(),
});

export const publishedModel = z.object({
  name: z.string().optional(),
  status: z.string().optional(),
  release_date: z.string().optional(),
  temperature: z.boolean().optional(),
  tool_call: z.boolean().optional(),
  structured_output: z.boolean().optional(),
  reasoning: z.boolean().optional(),
  reasoning_options: z
    .array(
      z.object({
        type: z.string(),
        values: z.array(z.string()).optional(),
        min: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .optional(),
  knowledge: z.string().optional(),
  cost: cost.optional(),
  limit: z
    .object({ context: z.number().optional(), input: z.number().optional(), output: z.number().optional() })
    .optional(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }).optional(),
  // What models.dev has no field for, as snapshots for maintainers name it.
  shutdown_date: z.string().optional(),
  replacement: z.string().optional(),
  default_effort: z.string().optional(),
  /** Per cent. */
  batch_discount: z.number().optional(),
  forced_tool_choice: z.boolean().optional(),
  scheduled: z.array(z.object({ from: z.string(), cost })).optional(),
});

/** One model as models.dev describes it, and more. A missing field is unknown there. Prices per million tokens. */
export type PublishedModel = z.infer<typeof publishedModel>;
