import type { GenerationResult } from '../../../../src/core/generation.ts';
import type { Raw } from '../../../support/upstream/replay.ts';

export interface Expected {
  readonly text: string;
  readonly reasoning: string | null;
  readonly finishReason: string;
  /** Name, arguments and signature. */
  readonly calls: readonly unknown[];
  /** What is cited, and the text that cites it; null for a source no passage names. */
  readonly citations: readonly (readonly [string, string | null])[];
  /** Input, output, total, reasoning. */
  readonly usage: readonly (number | null)[];
  /** Signatures of texts, in their order. */
  readonly textSignatures: readonly string[];
}

const sum = (...counts: readonly (number | undefined)[]): number | null =>
  counts.every((count) => count === undefined)
    ? null
    : counts.reduce<number>((all, count) => all + (count ?? 0), 0);

/** What a recording says, added up from its raw payloads. */
export const oracle = (payloads: readonly Raw[]): Expected => {
  const candidates = payloads.flatMap((payload) => payload.candidates);
  const parts: Raw[] = candidates.flatMap((candidate) => candidate.content?.parts ?? []);
  const calls: [string, Raw, string | null][] = [];
  for (const { functionCall, thoughtSignature } of parts) {
    if (functionCall?.name !== undefined)
      calls.push([functionCall.name, functionCall.args ?? {}, thoughtSignature ?? null]);
    for (const { jsonPath, stringValue } of functionCall?.partialArgs ?? []) {
      const args = calls.at(-1)?.[1] ?? {};
      const name = String(jsonPath).slice('$.'.length);
      args[name] = `${args[name] ?? ''}${stringValue}`;
    }
  }
  const texts = parts.filter((part) => part.text !== undefined && part.thought !== true);
  const thoughts = parts.filter((part) => part.thought === true).map((part) => part.text);
  const { groundingChunks = [], groundingSupports = [] } =
    candidates.findLast((candidate) => candidate.groundingMetadata?.groundingSupports)?.groundingMetadata ??
    {};
  const cited: [string, string | null][] = groundingSupports.flatMap((support: Raw) =>
    support.groundingChunkIndices.map((index: number) => [
      groundingChunks[index].web.uri,
      support.segment.text,
    ]),
  );
  const unnamed: [string, null][] = groundingChunks
    .map((chunk: Raw) => chunk.web.uri)
    .filter((uri: string) => !cited.some(([url]) => url === uri))
    .map((uri: string) => [uri, null]);
  const used = payloads.findLast((payload) => payload.usageMetadata?.totalTokenCount)?.usageMetadata;
  return {
    text: texts.map((part) => part.text).join(''),
    reasoning: thoughts.length === 0 ? null : thoughts.join(''),
    finishReason: calls.length > 0 ? 'tool-calls' : 'stop',
    calls,
    citations: [...cited, ...unnamed],
    usage: [
      sum(used.promptTokenCount, used.toolUsePromptTokenCount),
      sum(used.candidatesTokenCount, used.thoughtsTokenCount),
      used.totalTokenCount,
      used.thoughtsTokenCount ?? null,
    ],
    textSignatures: texts.flatMap((part) => part.thoughtSignature ?? []),
  };
};

export const toComparable = ({
  text,
  reasoning,
  finishReason,
  usage,
  ...result
}: GenerationResult): Expected => ({
  text,
  reasoning,
  finishReason,
  calls: result.toolCalls.map((call) => [call.name, call.arguments, call.opaque]),
  citations: result.citations.map(({ url, startIndex, endIndex }) => [
    url ?? '',
    startIndex === null ? null : text.slice(startIndex, endIndex ?? startIndex),
  ]),
  usage: [usage?.inputTokens, usage?.outputTokens, usage?.totalTokens, usage?.reasoningTokens].map(
    (count) => count ?? null,
  ),
  textSignatures: ((result.state ?? []) as Raw[])
    .filter((part: Raw) => part.text !== undefined)
    .flatMap((part: Raw) => part.thoughtSignature ?? []),
});
