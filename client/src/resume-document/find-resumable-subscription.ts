import type {
  ArgumentNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  VariableDefinitionNode,
} from 'graphql';
import {
  argument,
  field,
  findFieldKey,
  flattenFields,
  fragmentsOf,
  reachableFragments,
  variable,
  variableDefinition,
  variablesIn,
} from './document-parts.ts';

/** Fields that the client needs of each event to resume after it, with the key under which each stands in a result. */
export interface EventKeys {
  readonly typename: string;
  readonly generationId: string;
  readonly cursor: string;
  readonly sequence: string;
}

export interface ResumableEvents {
  readonly kind: 'generate' | 'generationEvents';
  /** The subscription to send first. */
  readonly start: DocumentNode;
  /** `generationEvents` with the same selection under the same key. Its variables: those of `start` that the selection uses, and the two below. */
  readonly resume: DocumentNode;
  readonly responseKey: string;
  readonly keys: EventKeys;
  /** Keys of the result that the document did not ask for. */
  readonly addedKeys: readonly string[];
  /** The variable of `start` that takes the idempotency key; undefined where the document gives one itself as a literal, or asks for none. */
  readonly keyVariable: string | undefined;
  readonly idVariable: string;
  readonly afterVariable: string;
  /** Variables of `start` that `resume` takes too. */
  readonly sharedVariables: readonly string[];
}

export interface ResumableBatch {
  readonly kind: 'batchUpdated';
  readonly start: DocumentNode;
}

/** Keys of added fields begin so: no field of the schema does. */
export const ADDED_KEY_PREFIX = 'mg_';
const NEEDED = {
  typename: '__typename',
  generationId: 'generationId',
  cursor: 'cursor',
  sequence: 'sequence',
} as const;

const documentOf = (
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): DocumentNode => ({ kind: 'Document', definitions: [operation, ...fragments] });

const freeName = (wanted: string, taken: ReadonlySet<string>): string =>
  taken.has(wanted) ? freeName(`${wanted}_`, taken) : wanted;

/** The operation of that name; the only one where no name is given; undefined where there is no such one. */
export const findOperation = (
  document: DocumentNode,
  operationName?: string,
): OperationDefinitionNode | undefined => {
  const operations = document.definitions.filter((node) => node.kind === 'OperationDefinition');
  if (operationName !== undefined) return operations.find(({ name }) => name?.value === operationName);
  return operations.length === 1 ? operations[0] : undefined;
};

const withNeededFields = (
  root: FieldNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { readonly root: FieldNode; readonly keys: EventKeys; readonly addedKeys: readonly string[] } => {
  const added: FieldNode[] = [];
  const selections = root.selectionSet?.selections ?? [];
  const keyOf = (name: string): string => {
    const present = findFieldKey({ kind: 'SelectionSet', selections }, name, fragments);
    if (present !== undefined) return present;
    const key = `${ADDED_KEY_PREFIX}${name.replaceAll('_', '')}`;
    added.push(field(name, key));
    return key;
  };
  const keys: EventKeys = {
    typename: keyOf(NEEDED.typename),
    generationId: keyOf(NEEDED.generationId),
    cursor: keyOf(NEEDED.cursor),
    sequence: keyOf(NEEDED.sequence),
  };
  const selectionSet: SelectionSetNode = { kind: 'SelectionSet', selections: [...added, ...selections] };
  return { root: { ...root, selectionSet }, keys, addedKeys: added.map(({ alias }) => alias?.value ?? '') };
};

interface KeyedField {
  readonly root: FieldNode;
  /** The variable to add to the operation. */
  readonly addedVariable?: VariableDefinitionNode;
  readonly keyVariable: string | undefined;
}

/** The field with an `idempotencyKey` that a variable gives, unless the document has a literal one. */
const withIdempotencyKey = (root: FieldNode, taken: ReadonlySet<string>): KeyedField => {
  const given = root.arguments?.find(({ name }) => name.value === 'idempotencyKey');
  if (given?.value.kind === 'Variable') return { root, keyVariable: given.value.name.value };
  if (given !== undefined && given.value.kind !== 'NullValue') return { root, keyVariable: undefined };
  const keyVariable = freeName('modelgraphKey', taken);
  const others = root.arguments?.filter((node) => node !== given) ?? [];
  return {
    root: { ...root, arguments: [...others, argument('idempotencyKey', variable(keyVariable))] },
    addedVariable: variableDefinition(keyVariable, 'String'),
    keyVariable,
  };
};

const variableNames = (operation: OperationDefinitionNode): ReadonlySet<string> =>
  new Set(operation.variableDefinitions?.map(({ variable: { name } }) => name.value));

/** `generationEvents(id:, after:)` with the selection and the response key of a field. */
const toResumeDocument = (
  operation: OperationDefinitionNode,
  root: FieldNode,
  fragments: readonly FragmentDefinitionNode[],
): Pick<ResumableEvents, 'resume' | 'idVariable' | 'afterVariable' | 'sharedVariables'> => {
  const { selectionSet } = root;
  const used = variablesIn([selectionSet, root.directives, operation.directives, fragments]);
  const idVariable = freeName('modelgraphId', used);
  const afterVariable = freeName('modelgraphAfter', used);
  const shared = operation.variableDefinitions?.filter((node) => used.has(node.variable.name.value)) ?? [];
  const given: readonly ArgumentNode[] = [
    argument('id', variable(idVariable)),
    argument('after', variable(afterVariable)),
  ];
  const resumed: FieldNode = {
    ...root,
    name: { kind: 'Name', value: 'generationEvents' },
    alias: { kind: 'Name', value: root.alias?.value ?? root.name.value },
    arguments: given,
  };
  const variableDefinitions = [
    ...shared,
    variableDefinition(idVariable, 'ID', true),
    variableDefinition(afterVariable, 'Cursor'),
  ];
  const selection: SelectionSetNode = { kind: 'SelectionSet', selections: [resumed] };
  return {
    resume: documentOf({ ...operation, variableDefinitions, selectionSet: selection }, fragments),
    idVariable,
    afterVariable,
    sharedVariables: shared.map((node) => node.variable.name.value),
  };
};

/**
 * What it takes to resume a subscription; undefined where the document has no subscription of that name, or one of another
 * root field.
 */
export const findResumableSubscription = (
  document: DocumentNode,
  operationName?: string,
): ResumableEvents | ResumableBatch | undefined => {
  const operation = findOperation(document, operationName);
  if (operation?.operation !== 'subscription') return undefined;
  const fragments = fragmentsOf(document);
  const roots = flattenFields(operation.selectionSet, fragments);
  const [asked] = roots;
  if (roots.length !== 1 || asked === undefined) return undefined;
  const kind = asked.name.value;
  if (kind === 'batchUpdated') return { kind, start: document };
  if (kind !== 'generate' && kind !== 'generationEvents') return undefined;
  const taken = variableNames(operation);
  const keyed: KeyedField =
    kind === 'generate' ? withIdempotencyKey(asked, taken) : { root: asked, keyVariable: undefined };
  const { root, keys, addedKeys } = withNeededFields(keyed.root, fragments);
  const reachable = reachableFragments(root, fragments);
  const started: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [
      ...(operation.variableDefinitions ?? []),
      ...(keyed.addedVariable === undefined ? [] : [keyed.addedVariable]),
    ],
    selectionSet: { kind: 'SelectionSet', selections: [root] },
  };
  return {
    kind,
    start: documentOf(started, reachable),
    responseKey: root.alias?.value ?? root.name.value,
    keys,
    addedKeys,
    keyVariable: keyed.keyVariable,
    ...toResumeDocument(operation, root, reachable),
  };
};

export interface KeyedMutation {
  readonly document: DocumentNode;
  readonly keyVariable: string;
}

/**
 * A mutation that starts a generation, with an idempotency key as a variable, so that a repeated request starts no second
 * one; undefined for any other operation, and where the document gives a key as a literal.
 */
export const findKeyedMutation = (
  document: DocumentNode,
  operationName?: string,
): KeyedMutation | undefined => {
  const operation = findOperation(document, operationName);
  if (operation?.operation !== 'mutation') return undefined;
  const fields = operation.selectionSet.selections;
  const index = fields.findIndex(
    (node) =>
      node.kind === 'Field' && (node.name.value === 'generate' || node.name.value === 'startGeneration'),
  );
  const asked = fields[index];
  // One key serves one generation: a document that starts several has to give its own.
  if (asked?.kind !== 'Field' || fields.length !== 1) return undefined;
  const { root, addedVariable, keyVariable } = withIdempotencyKey(asked, variableNames(operation));
  if (keyVariable === undefined) return undefined;
  if (addedVariable === undefined) return { document, keyVariable };
  const keyed: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), addedVariable],
    selectionSet: { kind: 'SelectionSet', selections: [root] },
  };
  const definitions = document.definitions.map((node) => (node === operation ? keyed : node));
  // Without `loc`: printers that cache by it would give the text as it was.
  return { document: { kind: 'Document', definitions }, keyVariable };
};
