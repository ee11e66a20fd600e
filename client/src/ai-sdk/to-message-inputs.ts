import type { FileUIPart, UIMessage } from 'ai';
import { getToolName, isToolUIPart } from 'ai';
import type { ContentPartInput, MediaInput, MessageInput, ToolResultInput } from '../schema-types.ts';
import { findTurns, type TurnReasoning } from './provider-state.ts';

type Part = UIMessage['parts'][number];
type ToolPart = Extract<Part, { readonly toolCallId: string }>;

const joinText = (parts: readonly Part[], type: 'text' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

/** The bytes of an address that only this page can read. */
const readBase64 = async (url: string): Promise<string> => {
  const response = await fetch(url);
  return toBase64(new Uint8Array(await response.arrayBuffer()));
};

const toMedia = async ({ url, mediaType, filename }: FileUIPart): Promise<MediaInput> => {
  const named = {
    // `image` alone is what AI SDK has where the type is not known; the server detects it from the bytes.
    ...(/^\w+\/[^*]/.test(mediaType) && { mediaType }),
    ...(filename !== undefined && mediaType === 'application/pdf' && { filename }),
  };
  const [, base64] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? [];
  if (base64 !== undefined) return { ...named, source: { base64 } };
  if (/^(data|blob):/.test(url)) return { ...named, source: { base64: await readBase64(url) } };
  return { ...named, source: { url } };
};

const toUserPart = async (part: Part): Promise<readonly ContentPartInput[]> => {
  if (part.type === 'text') return part.text === '' ? [] : [{ text: part.text }];
  if (part.type !== 'file') return [];
  const media = await toMedia(part);
  if (part.mediaType.startsWith('image')) return [{ image: media }];
  return [part.mediaType.startsWith('audio') ? { audio: media } : { file: media }];
};

/** The result of a call of a tool of the client; undefined where there is none. */
export const findToolResult = (part: ToolPart): ToolResultInput | undefined => {
  const { toolCallId: callId } = part;
  if (part.state === 'output-available' && part.preliminary !== true)
    return { callId, output: part.output ?? null, isError: false };
  if (part.state === 'output-error') return { callId, output: part.errorText, isError: true };
  if (part.state === 'output-denied')
    return { callId, output: part.approval?.reason ?? 'The user denied the call.', isError: true };
  return undefined;
};

const signatureOf = ({ callProviderMetadata }: ToolPart): { signature?: string } => {
  const signature = callProviderMetadata?.['modelgraph']?.['signature'];
  return typeof signature === 'string' ? { signature } : {};
};

/** One turn of the model, and the results of its calls. Calls without a result are left out: providers refuse them. */
const toTurn = (parts: readonly Part[], state: TurnReasoning | undefined): readonly MessageInput[] => {
  const answered = parts.flatMap((part) => {
    if (!isToolUIPart(part) || part.providerExecuted === true) return [];
    const result = findToolResult(part);
    return result === undefined ? [] : [{ part, result }];
  });
  const text = joinText(parts, 'text');
  const shown = joinText(parts, 'reasoning');
  const reasoning = state ?? (shown === '' ? [] : [{ text: shown }]);
  if (text === '' && answered.length === 0 && reasoning.length === 0) return [];
  const toolCalls = answered.map(({ part }) => ({
    callId: part.toolCallId,
    name: getToolName(part),
    arguments: part.input ?? {},
    ...signatureOf(part),
  }));
  return [
    {
      assistant: {
        ...(reasoning.length > 0 && { reasoning }),
        ...(text !== '' && { text }),
        ...(toolCalls.length > 0 && { toolCalls }),
      },
    },
    ...answered.map(({ result }) => ({ tool: result })),
  ];
};

/** The steps of a message, each with the state that the provider wants back where the two fit together. */
const toTurns = (parts: readonly Part[]): readonly MessageInput[] => {
  const turns: MessageInput[] = [];
  let steps: Part[][] = [];
  const close = (states?: readonly TurnReasoning[]): void => {
    const filled = steps.filter(({ length }) => length > 0);
    const fitting = states?.length === filled.length ? states : undefined;
    turns.push(...filled.flatMap((step, index) => toTurn(step, fitting?.[index])));
    steps = [];
  };
  for (const part of parts) {
    const states = findTurns(part);
    if (states !== undefined) close(states);
    else if (part.type === 'step-start') steps.push([]);
    else if (steps.length === 0) steps.push([part]);
    else steps.at(-1)?.push(part);
  }
  close();
  return turns;
};

/**
 * The messages of AI SDK UI as the API takes them: text, files by data URL or address, tool calls with their results,
 * reasoning with the state of its provider. Data parts and sources are left out.
 */
export const toMessageInputs = async (messages: readonly UIMessage[]): Promise<MessageInput[]> => {
  const converted = await Promise.all(
    messages.map(async ({ role, parts }): Promise<readonly MessageInput[]> => {
      if (role === 'assistant') return toTurns(parts);
      if (role === 'system') return [{ system: joinText(parts, 'text') }];
      const user = (await Promise.all(parts.map(toUserPart))).flat();
      return user.length === 0 ? [] : [{ user }];
    }),
  );
  return converted.flat();
};
