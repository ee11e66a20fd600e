import type { FunctionTool, TextRequest } from '../../../../core/text-request.ts';
import { type PromptFacts, readPromptFacts } from './prompt-facts.ts';
import { lastUserTextOf } from './request-text.ts';
import { toSampleValue } from './to-sample-value.ts';

const MIN_WORD_LENGTH = 4;

/** How many words of a function's name and description the prompt has as well. */
const countSharedWords = ({ name, description }: FunctionTool, prompt: ReadonlySet<string>): number => {
  const words =
    `${name} ${description ?? ''}`
      .slice(0, 1_000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  return new Set(words.filter((word) => word.length >= MIN_WORD_LENGTH && prompt.has(word))).size;
};

/** The function that is closest to the prompt; of several the first. */
const findClosest = (tools: readonly FunctionTool[], { text }: PromptFacts): FunctionTool | undefined => {
  const prompt = new Set(text.toLowerCase().match(/\p{L}+/gu));
  const shared = tools.map((tool) => countSharedWords(tool, prompt));
  return tools[shared.indexOf(Math.max(...shared))];
};

export interface FunctionCall {
  readonly name: string;
  readonly argumentsText: string;
}

/** The call of a function of the request, or of one for the weather where it has none. */
export const functionCall = (request: TextRequest): FunctionCall => {
  const facts = readPromptFacts(lastUserTextOf(request));
  const tools = request.tools.filter((tool) => tool.type === 'function');
  const { toolChoice } = request;
  const tool =
    toolChoice?.type === 'function'
      ? tools.find(({ name }) => name === toolChoice.name)
      : findClosest(tools, facts);
  return tool === undefined
    ? { name: 'get_weather', argumentsText: JSON.stringify({ city: facts.names[0] ?? 'Paris' }) }
    : { name: tool.name, argumentsText: JSON.stringify(toSampleValue(tool.parameters, facts)) };
};
