import { getManyValues, isMany } from 'stream-chain/core';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { type JsonOutput, MAX_OUTPUT_DEPTH } from '../../core/json-output.ts';
import type { JsonValue } from '../../core/json.ts';
import type { OutputChange } from '../../core/output.ts';
import { toPointerStep } from '../../lib/json-pointer.ts';

/** A step of a document as it is written. `path`: JSON Pointer. */
export interface JsonStep {
  readonly path: string;
  readonly change: OutputChange;
  readonly value: JsonValue | null;
}

/** Longest path in UTF-16 code units: each step repeats it, so that one long key would cost its length at every step. */
const MAX_PATH_LENGTH = 2_048;

/** Most steps of one document: each takes about as much memory as 64 characters of text. */
const MAX_STEPS = 100_000;

/**
 * Most UTF-16 code units of the paths of one document's steps: a list under long keys makes thousands of them out of each of
 * its characters.
 */
const MAX_PATHS_LENGTH = 8 * 1024 * 1024;

/** Thrown where a document has too many steps: what is left of it is one step at its end. */
class TooMuch extends Error {}

interface Container {
  readonly path: string;
  /** The next index of a list; null: an object. */
  index: number | null;
  /** The key whose value comes next. */
  key: string;
}

/**
 * Gives one JSON text step by step as its pieces come. The steps of every beginning of a text add up to a beginning of the
 * document: strings may be cut, between characters; numbers, keys and literals come once they are whole. The steps of the
 * whole add up to what `JSON.parse` gives, of a repeated key to its last value. Work and memory are linear in the text; what
 * a step holds is bounded by its piece and `MAX_PATH_LENGTH`, what all of them hold by the text and `MAX_PATHS_LENGTH`.
 */
export class JsonSteps {
  readonly #parse = jsonParser({
    packStrings: false,
    packNumbers: true,
    streamNumbers: false,
    packKeys: true,
    streamKeys: false,
  });
  readonly #open: Container[] = [];
  #steps: JsonStep[] = [];
  #count = 0;
  #pathsLength = 0;
  /** Of the string that is being written. */
  #stringPath = '';
  #pieces: string[] = [];
  #isSet = false;
  #hasSteps = false;
  /** `failed`: the text is no JSON; `gave-up`: too much to be given step by step. */
  #state: 'reading' | 'failed' | 'gave-up' = 'reading';

  /** The steps that are left once the text has ended, given what all of it is. Nothing follows. */
  end(output: JsonOutput): readonly JsonStep[] {
    // White space is what a number at the end of the text is ended by.
    const rest = this.write(' ');
    if (output.type !== 'json') return this.#hasSteps ? [...rest, ...this.restart()] : rest;
    const hasEmitted = this.#state === 'reading' && this.#hasSteps;
    return [
      ...rest,
      ...(hasEmitted ? [] : [{ path: '', change: 'set', value: output.value } as const]),
      { path: '', change: 'done', value: null },
    ];
  }

  /** The step that takes all earlier ones back, if there were any. */
  restart(): readonly JsonStep[] {
    const hasEmitted = this.#hasSteps;
    this.#hasSteps = false;
    this.#state = 'failed';
    return hasEmitted ? [{ path: '', change: 'set', value: null }] : [];
  }

  /** The steps that a piece of the text adds. */
  write(text: string): readonly JsonStep[] {
    if (this.#state !== 'reading') return [];
    this.#steps = [];
    try {
      const read = this.#parse(text);
      if (isMany(read)) for (const token of getManyValues<Token>(read)) this.#take(token);
      this.#emitString();
    } catch (error) {
      this.#pieces = [];
      if (!(error instanceof TooMuch)) {
        this.#state = 'failed';
        return [...this.#steps, ...this.restart()];
      }
      this.#state = 'gave-up';
    }
    return this.#steps;
  }

  #take(token: Token): void {
    switch (token.name) {
      case 'startObject':
        return this.#enter({}, null);
      case 'startArray':
        return this.#enter([], 0);
      case 'endObject':
      case 'endArray':
        return this.#leave();
      case 'keyValue':
        this.#setKey(token.value);
        return;
      case 'startString':
        this.#stringPath = this.#nextPath();
        this.#isSet = false;
        return;
      case 'stringChunk':
        this.#pieces.push(token.value);
        return;
      case 'endString':
        if (this.#pieces.length > 0 || !this.#isSet) this.#emitPieces();
        return this.#finish(this.#stringPath);
      case 'numberValue':
        return this.#emitWhole(Number(token.value));
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        return this.#emitWhole(token.value);
      default:
        return;
    }
  }

  #enter(value: JsonValue, index: number | null): void {
    if (this.#open.length === MAX_OUTPUT_DEPTH) throw new TooMuch();
    const path = this.#nextPath();
    this.#emit({ path, change: 'set', value });
    this.#open.push({ path, index, key: '' });
  }

  #leave(): void {
    const left = this.#open.pop();
    if (left !== undefined) this.#finish(left.path);
  }

  #emitWhole(value: JsonValue): void {
    const path = this.#nextPath();
    this.#emit({ path, change: 'set', value });
    this.#finish(path);
  }

  #setKey(key: string): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.key = key;
  }

  /** Where the value that begins now belongs. */
  #nextPath(): string {
    const parent = this.#open.at(-1);
    if (parent === undefined) return '';
    if (parent.index === null) {
      if (parent.key.length > MAX_PATH_LENGTH) throw new TooMuch();
      return this.#bounded(`${parent.path}/${toPointerStep(parent.key)}`);
    }
    const path = this.#bounded(`${parent.path}/${parent.index}`);
    parent.index += 1;
    return path;
  }

  #bounded(path: string): string {
    if (path.length > MAX_PATH_LENGTH) throw new TooMuch();
    return path;
  }

  /** A string that is not at its end with a piece of the text. */
  #emitString(): void {
    if (this.#pieces.length > 0) this.#emitPieces();
  }

  #emitPieces(): void {
    const value = this.#pieces.join('');
    this.#pieces = [];
    this.#emit({ path: this.#stringPath, change: this.#isSet ? 'append' : 'set', value });
    this.#isSet = true;
  }

  /** The end of the document itself comes once the whole text is known to be one. */
  #finish(path: string): void {
    if (path !== '' || this.#open.length > 0) this.#emit({ path, change: 'done', value: null });
  }

  #emit(step: JsonStep): void {
    this.#count += 1;
    this.#pathsLength += step.path.length;
    if (this.#count > MAX_STEPS || this.#pathsLength > MAX_PATHS_LENGTH) throw new TooMuch();
    this.#hasSteps = true;
    this.#steps.push(step);
  }
}
