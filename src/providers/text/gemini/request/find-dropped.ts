import type { Warning } from '../../../../core/generation.ts';
import type { ModelConfig } from '../../../../core/model-config.ts';
import type { TextRequest } from '../../../../core/text-request.ts';
import { isThirdGeneration } from './is-third-generation.ts';

/** What a request asks for that this API has no field for: it is left out, and never in silence. */
export const findDropped = (request: TextRequest, config: ModelConfig): Warning[] => {
  const dropped: Warning[] = [];
  if (request.parallelToolCalls === false)
    dropped.push({
      code: 'PARAMETER_DROPPED',
      message: 'The provider has no way to forbid parallel tool calls.',
      path: ['input', 'parallelToolCalls'],
      from: false,
      to: null,
    });
  const details = request.messages.flatMap((message) =>
    message.role === 'user' ? message.parts.map((part) => (part.type === 'image' ? part.detail : null)) : [],
  );
  const detail = details.find((at) => at === 'low' || at === 'high');
  if (detail !== undefined && detail !== null && !isThirdGeneration(config))
    dropped.push({
      code: 'PARAMETER_DROPPED',
      message: `The model "${config.name}" takes no detail for single images.`,
      path: null,
      from: detail,
      to: null,
    });
  return dropped;
};
