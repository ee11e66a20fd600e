import { builder } from '../builder.ts';
import { GenerateInputType } from '../generations/generate-input.ts';

export const BatchRequestInputType = builder.inputType('BatchRequestInput', {
  description: 'One request of a batch.',
  fields: (t) => ({
    customId: t.string({
      required: true,
      description: 'Your name for it: what its result is found by. 1 to 64 characters, once in a batch.',
    }),
    input: t.field({
      type: GenerateInputType,
      required: true,
      description:
        'What is asked for. Every request of a batch resolves to the same model; onDisconnect, fallbackModels, timeoutMs and maxCostUsd make no sense here and are refused.',
    }),
  }),
});

export const SubmitBatchInputType = builder.inputType('SubmitBatchInput', {
  description: 'Many requests to one model, to be answered when there is time.',
  fields: (t) => ({
    requests: t.field({
      type: [BatchRequestInputType],
      description: 'The requests. Exactly one of requests and file.',
    }),
    file: t.field({
      type: 'File',
      description:
        'The requests as JSON Lines in UTF-8: one BatchRequestInput a line, as it would be in the variables. A part of a GraphQL multipart request.',
    }),
    displayName: t.string({ description: 'A name for people to read.' }),
    metadata: t.field({
      type: 'JSON',
      description: "The caller's own: returned with the batch, never sent to a provider.",
    }),
    idempotencyKey: t.string({
      description:
        'The same key with the same input gives the same batch, however often it is sent, for 24 hours; with another input it is refused.',
    }),
  }),
});
