import { isDeepStrictEqual } from 'node:util';
import type { Citation, Generation, ToolCall, Warning } from '../../../core/generation.ts';

/** What a generation has brought so far, over all of its turns. */
export class GenerationContent {
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #toolCalls: ToolCall[] = [];
  readonly #citations: Citation[] = [];
  readonly #warnings: Warning[] = [];
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

  /** All of it at this moment. */
  snapshot(): Pick<Generation, 'text' | 'reasoning' | 'toolCalls' | 'citations' | 'warnings'> {
    return {
      text: this.#text.join(''),
      reasoning: this.#reasoningLength === 0 ? null : this.#reasoning.join(''),
      toolCalls: [...this.#toolCalls],
      citations: [...this.#citations],
      warnings: [...this.#warnings],
    };
  }
}
