/** What an event of a generation adds to the transcript of its operation. */
export interface TranscriptChange {
  readonly kind:
    | 'started'
    | 'reasoning'
    | 'text'
    | 'tool-call'
    | 'action-required'
    | 'citation'
    | 'usage'
    | 'warning'
    | 'completed'
    | 'failed'
    | 'cancelled';
  /** The fields that the operation selects. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** What a message says of its operation. */
export interface OperationMessage {
  readonly operationId: string;
  readonly changes: readonly TranscriptChange[];
}

const KINDS: ReadonlyMap<unknown, TranscriptChange['kind']> = new Map([
  ['GenerationStarted', 'started'],
  ['ReasoningDelta', 'reasoning'],
  ['TextDelta', 'text'],
  ['ToolCallDelta', 'tool-call'],
  ['ActionRequired', 'action-required'],
  ['CitationAdded', 'citation'],
  ['UsageUpdated', 'usage'],
  ['WarningRaised', 'warning'],
  ['GenerationCompleted', 'completed'],
  ['GenerationFailed', 'failed'],
  ['GenerationCancelled', 'cancelled'],
]);

interface Message {
  readonly id?: string;
  readonly type?: string;
  readonly payload?: unknown;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const toChange = (event: unknown): readonly TranscriptChange[] => {
  if (!isRecord(event)) return [];
  const kind = KINDS.get(event['__typename']);
  return kind === undefined ? [] : [{ kind, event }];
};

/** An error of GraphQL in the form of a failure in the stream: the code is among its extensions. */
const toFailure = (errors: unknown): readonly TranscriptChange[] => {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isRecord(first)) return [];
  const { message, extensions } = first;
  const error = { message, code: isRecord(extensions) ? extensions['code'] : undefined };
  return [{ kind: 'failed', event: { error } }];
};

/** Reads a message of graphql-transport-ws; undefined where it says nothing for a transcript. */
export const readOperationMessage = (message: string): OperationMessage | undefined => {
  const { id, type, payload } = JSON.parse(message) as Message;
  if (id === undefined) return undefined;
  if (type === 'error') return { operationId: id, changes: toFailure(payload) };
  if (type !== 'next' || !isRecord(payload)) return undefined;
  const data = isRecord(payload['data']) ? Object.values(payload['data']) : [];
  const changes = [...data.flatMap(toChange), ...toFailure(payload['errors'])];
  return changes.length === 0 ? undefined : { operationId: id, changes };
};

/** The id under which a message starts an operation; undefined for every other message. */
export const findStartedOperation = (message: string): string | undefined => {
  if (!message.includes('"subscribe"')) return undefined;
  const { id, type } = JSON.parse(message) as Message;
  return type === 'subscribe' ? id : undefined;
};
