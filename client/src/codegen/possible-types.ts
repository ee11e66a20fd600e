/**
 * The object types of each interface of Modelgraph's schema, for Apollo's `InMemoryCache({ possibleTypes })` and other
 * caches that match fragments by type.
 */
export const possibleTypes: Record<string, string[]> = {
  GenerationEvent: [
    'ActionRequired',
    'CitationAdded',
    'GenerationCancelled',
    'GenerationCompleted',
    'GenerationFailed',
    'GenerationSnapshot',
    'GenerationStarted',
    'OutputUpdated',
    'ReasoningDelta',
    'TextDelta',
    'ToolCallDelta',
    'ToolCallReady',
    'UsageUpdated',
    'WarningRaised',
  ],
  Node: ['Batch', 'BatchItem', 'Generation', 'Model', 'Provider'],
};
