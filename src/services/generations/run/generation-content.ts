import { isDeepStrictEqual } from 'node:util';
import type { Citation, EndedTurn, Generation, ToolCall, Warning } from '../../../core/generation.ts';
import type { JsonValue } from '../../../core/json.ts';
import type { Message } from '../../../core/message.ts';

/** A place in what a generation has brought, between two deltas. */
export interface ContentMark {
  readonly textPieces: number;
  readonly reasoningPieces: number;
}

/** What a generation has brought so far, over all of its turns. */
export class GenerationContent {
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #toolCalls: ToolCall[] = [];
  readonly #citations: Citation[] = [];
  readonly #warnings: Warning[] = [];
  readonly #turns: EndedTurn[] = [];
  #textLength = 0;
  #reasoningLength = 0;

  /** In UTF-16 code units. */
  get textLength(): number {
    return this.#textLength;
  }

  /** In UTF-16 code units. */
  get reasoningLength(): number {
    return this.#reasoningLength;
  }

  /** Where the next delta will be. */
  get mark(): ContentMark {
    return { textPieces: this.#text.length, reasoningPieces: this.#reasoning.length };
  }

  textSince({ textPieces }: ContentMark): string {
    return this.#text.slice(textPieces).join('');
  }

  reasoningSince({ reasoningPieces }: ContentMark): string {
    return this.#reasoning.slice(reasoningPieces).join('');
  }

  addText(text: string): void {
    this.#text.push(text);
    this.#textLength += text.length;
  }

  addReasoning(text: string): void {
    this.#reasoning.push(text);
    this.#reasoningLength += text.length;
  }

  addToolCall(toolCall: ToolCall): void {
    this.#toolCalls.push(toolCall);
  }

  addCitation(citation: Citation): void {
    this.#citations.push(citation);
  }

  addWarning(warning: Warning): void {
    this.#warnings.push(warning);
  }

  hasWarning(warning: Warning): boolean {
    return this.#warnings.some((known) => isDeepStrictEqual(known, warning));
  }

  /** What has come since the last turn ended is a turn. */
  endTurn(state: JsonValue | null): void {
    this.#turns.push({
      textEnd: this.#textLength,
      reasoningEnd: this.#reasoningLength,
      toolCallEnd: this.#toolCalls.length,
      state,
      next: [],
    });
  }

  /** What the model is sent after the turn that ended last. */
  goOn(next: readonly Message[]): void {
    const ended = this.#turns.pop();
    if (ended !== undefined) this.#turns.push({ ...ended, next });
  }

  /** All of it at this moment. */
  snapshot(): Pick<Generation, 'text' | 'reasoning' | 'toolCalls' | 'citations' | 'warnings' | 'turns'> {
    return {
      text: this.#text.join(''),
      reasoning: this.#reasoningLength === 0 ? null : this.#reasoning.join(''),
      toolCalls: [...this.#toolCalls],
      citations: [...this.#citations],
      warnings: [...this.#warnings],
      turns: [...this.#turns],
    };
  }
}
