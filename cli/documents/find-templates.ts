/** A tag (`gql`, `graphql`), a call of it, or the comment that editors know, right before a template. */
const TEMPLATE =
  /(?:\b(?:gql|graphql)\s*\(?\s*(?:\/\*\s*GraphQL\s*\*\/\s*)?|\/\*\s*GraphQL\s*\*\/\s*)`((?:[^`\\]|\\[^])*)`/gi;

/** A fragment that is put at the end of a document, as Apollo Client has it: it is found by its name. */
const FRAGMENT = /\$\{[\w.$\s]+\}/g;

const ESCAPE = /\\([`$\\])/g;

/** The GraphQL in the templates of a program, in their order. What is computed in a template is left in: it does not parse. */
export const findTemplates = (program: string): readonly string[] =>
  Array.from(program.matchAll(TEMPLATE), ([, template = '']) =>
    template.replace(FRAGMENT, '').replace(ESCAPE, '$1'),
  );
