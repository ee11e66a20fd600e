import {
  type DefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  validate,
  visit,
} from 'graphql';
import { createLimitRule, createNameRule, type OperationLimits } from '../../src/server/limits.ts';
import { checkNesting } from '../../src/server/nesting.ts';

/** Something of a costly field that is left to the client: a variable, and where it is put. */
export interface OpenPlace {
  /** Or of the fragment that it is in; empty for an operation without a name. */
  readonly operation: string;
  readonly variable: string;
  /** From the field on: `generate.input.prompt`. */
  readonly place: string;
}

export interface CheckedDocument {
  readonly problems: readonly string[];
  readonly openPlaces: readonly OpenPlace[];
}

/** Operations, and the fragments on their types, in which a costly field may stand as well. */
const findRootType = (definition: DefinitionNode, schema: GraphQLSchema): GraphQLObjectType | undefined => {
  if (definition.kind === Kind.OPERATION_DEFINITION)
    return schema.getRootType(definition.operation) ?? undefined;
  if (definition.kind !== Kind.FRAGMENT_DEFINITION) return undefined;
  const type = schema.getType(definition.typeCondition.name.value);
  return isObjectType(type) ? type : undefined;
};

const listOpenPlaces = (definition: DefinitionNode, schema: GraphQLSchema): readonly OpenPlace[] => {
  const fields = findRootType(definition, schema)?.getFields() ?? {};
  const operation = 'name' in definition && typeof definition.name === 'object' ? definition.name.value : '';
  const places: OpenPlace[] = [];
  const path: string[] = [];
  const enterNamed = ({ name }: { readonly name: { readonly value: string } }): void => {
    path.push(name.value);
  };
  const leaveNamed = (): void => {
    path.pop();
  };
  visit(definition, {
    VariableDefinition: () => false,
    Directive: () => false,
    Field: {
      enter(node) {
        // Below the fields of the root nothing costs money.
        if (path.length > 0 || fields[node.name.value]?.extensions['costsMoney'] === undefined) return false;
        return enterNamed(node);
      },
      leave: leaveNamed,
    },
    Argument: { enter: enterNamed, leave: leaveNamed },
    ObjectField: { enter: enterNamed, leave: leaveNamed },
    Variable: ({ name }) => {
      places.push({
        operation,
        variable: `$${name.value}`,
        place: path.join('.'),
      });
    },
  });
  return places;
};

/** A document as a request with its text would be judged: its syntax, the limits of the server, the schema. */
export const checkDocument = (
  text: string,
  schema: GraphQLSchema,
  limits: OperationLimits,
): CheckedDocument => {
  try {
    checkNesting(text, limits);
    const document = parse(text, { maxLexicalTokens: limits.maxTokens });
    const passed = validate(schema, document, [createNameRule(limits), createLimitRule(limits)]);
    const errors = passed.length > 0 ? passed : validate(schema, document);
    return {
      problems: errors.map(({ message }) => message),
      openPlaces: errors.length > 0 ? [] : document.definitions.flatMap((one) => listOpenPlaces(one, schema)),
    };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { problems: [error.message], openPlaces: [] };
  }
};
