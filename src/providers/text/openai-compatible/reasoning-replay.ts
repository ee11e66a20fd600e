/** How the reasoning of earlier turns is sent back in a chat. */
export interface ReasoningReplay {
  /** The field of an assistant message that carries its earlier reasoning; null: it is not sent back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null;
  /** Whether an assistant message without reasoning has the field all the same, empty. */
  readonly sendsEmptyReasoning?: boolean;
}
