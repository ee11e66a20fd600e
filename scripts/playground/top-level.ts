import { parseAst } from 'rolldown/parseAst';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const toNode = (value: unknown): Node => {
  if (!isNode(value)) throw new TypeError('The program does not have the form that is expected.');
  return value;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** A statement at the top of a program. */
export interface Statement {
  readonly source: string;
  /** What it declares. */
  readonly names: readonly string[];
  /** Names at the top that it uses, itself left out. */
  readonly uses: ReadonlySet<string>;
  /** Names that it only shapes (`X.y = …`); empty for a statement that declares, or that has an effect elsewhere. */
  readonly shapes: readonly string[];
}

const collectBound = (pattern: unknown, names: string[]): void => {
  if (!isNode(pattern)) return;
  if (pattern.type === 'Identifier') names.push(String(pattern['name']));
  const parts = ['properties', 'elements'].flatMap((key) => listOf(pattern[key]));
  for (const part of [...parts, pattern['value'], pattern['left'], pattern['argument']])
    collectBound(part, names);
};

const namesOf = (statement: Node): readonly string[] => {
  const names: string[] = [];
  if (statement.type === 'VariableDeclaration')
    for (const declaration of listOf(statement['declarations']))
      collectBound(toNode(declaration)['id'], names);
  else collectBound(statement['id'], names);
  return names;
};

/** Keys of an object or a class, and what follows a dot, are no uses of a name. */
const NAMED_PARTS: ReadonlyMap<string, string> = new Map([
  ['MemberExpression', 'property'],
  ['Property', 'key'],
  ['PropertyDefinition', 'key'],
  ['MethodDefinition', 'key'],
]);

const collectUsed = (
  value: unknown,
  used: Set<string>,
  known: ReadonlySet<string>,
  isLeftOut: (node: Node) => boolean,
): void => {
  if (Array.isArray(value)) {
    for (const item of value) collectUsed(item, used, known, isLeftOut);
    return;
  }
  if (!isNode(value) || isLeftOut(value)) return;
  if (value.type === 'Identifier') {
    if (known.has(String(value['name']))) used.add(String(value['name']));
    return;
  }
  const named = value['computed'] === true ? undefined : NAMED_PARTS.get(value.type);
  for (const [key, part] of Object.entries(value))
    if (key !== named) collectUsed(part, used, known, isLeftOut);
};

const findRoot = (expression: unknown): string | undefined => {
  let at = toNode(expression);
  while (at.type === 'MemberExpression') at = toNode(at['object']);
  return at.type === 'Identifier' ? String(at['name']) : undefined;
};

/** The name that an expression only shapes: by an assignment, as an enumeration of TypeScript, by a decorator. */
const findShaped = (expression: Node): string | undefined => {
  if (expression.type === 'AssignmentExpression') return findRoot(expression['left']);
  if (expression.type !== 'CallExpression') return undefined;
  const [first, second, ...others] = listOf(expression['arguments']);
  const callee = toNode(expression['callee']);
  if (callee.type === 'FunctionExpression' && isNode(first) && first.type === 'LogicalExpression')
    return second === undefined ? findRoot(first['left']) : undefined;
  const isDecorator = callee.type === 'Identifier' && others.length === 2;
  return isDecorator && isNode(first) && first.type === 'ArrayExpression' ? findRoot(second) : undefined;
};

const shapesOf = (statement: Node, known: ReadonlySet<string>): readonly string[] => {
  if (statement.type !== 'ExpressionStatement') return [];
  const expression = toNode(statement['expression']);
  const parts = expression.type === 'SequenceExpression' ? listOf(expression['expressions']) : [expression];
  const shaped = parts.map((part) => findShaped(toNode(part)));
  return shaped.every((name) => name !== undefined && known.has(name)) ? (shaped as string[]) : [];
};

/**
 * The statements of a program in the form `(function(…){…})(this, (function(exports){…}))`, in their order.
 * `lazyNames`: an arrow function that gives one of these is no use of it.
 */
export const readTopLevel = (source: string, lazyNames: ReadonlySet<string>): readonly Statement[] => {
  const call = toNode(toNode(parseAst(source).body[0])['expression']);
  const body = listOf(toNode(toNode(listOf(call['arguments'])[1])['body'])['body']).map(toNode);
  const declared = body.map(namesOf);
  const known = new Set(declared.flat());
  const isLazy = (node: Node): boolean =>
    node.type === 'ArrowFunctionExpression' &&
    isNode(node['body']) &&
    node['body'].type === 'Identifier' &&
    lazyNames.has(String(node['body']['name']));
  return body.map((statement, index) => {
    const names = declared[index] ?? [];
    const used = new Set<string>();
    collectUsed(statement, used, known, isLazy);
    for (const name of names) used.delete(name);
    return {
      source: source.slice(statement.start, statement.end),
      names,
      uses: used,
      shapes: names.length > 0 ? [] : shapesOf(statement, known),
    };
  });
};
