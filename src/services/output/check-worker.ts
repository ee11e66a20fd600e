import { type MessagePort, parentPort } from 'node:worker_threads';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonValue } from '../../core/json.ts';
import type { OutputViolation } from '../../core/output.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { toCheckedSchema } from './to-checked-schema.ts';

/** An answer and the schema it is held against. */
export interface CheckTask {
  readonly schema: JsonValue;
  /** JSON text. */
  readonly text: string;
}

/** null: the answer cannot be held against the schema. */
export type CheckResult = readonly OutputViolation[] | null;

const MAX_VIOLATIONS = 20;
const MAX_WORDS_LENGTH = 500;

/** Characters of schemas whose compiled form is kept: the requests of a batch mostly have one. */
const MAX_COMPILED_LENGTH = 512 * 1024;

/** So that 19.99 is a multiple of 0.01, which it is not for a computer: decimal digits of the quotient that count. */
const QUOTIENT_DIGITS = 7;

const ANYTHING = /(?:)/;

const compiled = new Map<string, ValidateFunction>();

const findRegExp = (pattern: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
};

/**
 * The standard has patterns read as Unicode, where many an escape is an error: such ones are read without. Clients also
 * write patterns for their vendor's engine: what JavaScript cannot read is a rule that cannot be broken here.
 */
const toRegExp = (pattern: string): RegExp => findRegExp(pattern, 'u') ?? findRegExp(pattern, '') ?? ANYTHING;

const readPattern = Object.assign(toRegExp, { code: 'toRegExp' });

const keep = (key: string, validate: ValidateFunction): void => {
  compiled.set(key, validate);
  let length = [...compiled.keys()].reduce((sum, known) => sum + known.length, 0);
  for (const known of compiled.keys()) {
    if (length <= MAX_COMPILED_LENGTH) return;
    compiled.delete(known);
    length -= known.length;
  }
};

const compile = (schema: JsonValue): ValidateFunction => {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  // One for each schema: two of them may give one `$id` to different things.
  const ajv = new Ajv2020({
    strict: false,
    // By the standard a format is a note to readers, and vendors differ in what they make of it.
    validateFormats: false,
    // It was validated when the request was taken.
    validateSchema: false,
    // What every object inherits is not in the answer.
    ownProperties: true,
    multipleOfPrecision: QUOTIENT_DIGITS,
    code: { regExp: readPattern, optimize: false },
    allErrors: true,
    logger: false,
  });
  const validate = ajv.compile(toCheckedSchema(schema) as Readonly<Record<string, JsonValue>>);
  keep(key, validate);
  return validate;
};

const shorten = (words: string): string =>
  words.length <= MAX_WORDS_LENGTH ? words : `${words.slice(0, MAX_WORDS_LENGTH).toWellFormed()}…`;

const toViolation = ({ instancePath, keyword, params, message = keyword }: ErrorObject): OutputViolation => {
  const extra = (params as Readonly<Record<string, unknown>>)['additionalProperty'];
  const words = typeof extra === 'string' ? `${message}: ${JSON.stringify(extra)}` : message;
  return { path: shorten(instancePath), message: shorten(words) };
};

const check = ({ schema, text }: CheckTask): CheckResult => {
  try {
    const validate = compile(schema);
    return validate(parseJson(text)) ? [] : (validate.errors ?? []).slice(0, MAX_VIOLATIONS).map(toViolation);
  } catch {
    // A schema without an end in its references, or one that refers to what it does not hold.
    return null;
  }
};

const serve = (port: MessagePort): void => {
  port.on('message', (task: CheckTask) => port.postMessage(check(task)));
  port.postMessage('ready');
};

if (parentPort !== null) serve(parentPort);
