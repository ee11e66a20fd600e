import type { ReasoningInput } from '../../src/core/generate-input.ts';
import { type ModelConfig } from '../../src/core/model-config.ts';
import type { ReasoningSetting, TextRequest, Tool } from '../../src/core/text-request.ts';
import { checkReasoning } from '../../src/services/checks/check-reasoning.ts';
import { Findings } from '../../src/services/checks/findings.ts';
import { createRequest } from '../providers/text/openai/openai-harness.ts';
import type { Capability } from './turn.ts';

/** A PNG of one pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

const functionTool = (name: string): Tool => ({
  type: 'function',
  name,
  description: `Tells the ${name}.`,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: null,
});

/** What a caller's wish becomes for a model, by the code that checks requests. */
export const toReasoningSetting = (input: Partial<ReasoningInput>, config: ModelConfig): ReasoningSetting => {
  const findings = new Findings('reject');
  const setting = checkReasoning(
    { enabled: null, effort: null, budgetTokens: null, ...input },
    config,
    config.limits.defaultMaxOutputTokens,
    findings,
  );
  const [problem] = findings.problems;
  if (problem !== undefined) throw new Error(problem.message);
  return setting;
};

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};

const changesFor = (capability: Capability, config: ModelConfig): Partial<TextRequest> => {
  switch (capability) {
    case 'text':
    case 'refusal or block':
      return {};
    case 'reasoning':
      return { reasoning: toReasoningSetting({ enabled: true }, config) };
    case 'tools':
    case 'bad arguments':
      return config.functionCalling ? { tools: [functionTool('weather')] } : {};
    case 'parallel tools':
      return { tools: [functionTool('weather'), functionTool('time')], parallelToolCalls: true };
    case 'JSON':
      return {
        output: config.structuredOutput
          ? { type: 'schema', name: 'verdict', schema: SCHEMA, strict: true }
          : { type: 'json' },
      };
    case 'image':
      return {
        messages: [
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'What is this?' },
              { type: 'image', source: { type: 'base64', data: PNG }, mediaType: 'image/png', detail: null },
            ],
          },
        ],
      };
    case 'length cut':
      return { maxOutputTokens: config.provider === 'demo' ? 3 : 16 };
  }
};

/** A request that a model takes and that asks for the capability. */
export const requestFor = (
  capability: Capability,
  config: ModelConfig,
  part: Partial<TextRequest> = {},
): TextRequest =>
  createRequest({
    system: 'Be brief.',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'Answer in JSON where you are asked to.' }] }],
    maxOutputTokens: config.limits.defaultMaxOutputTokens,
    ...changesFor(capability, config),
    ...part,
  });
