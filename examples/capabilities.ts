// What there is and what it can do: `node_modules/.bin/node examples/capabilities.ts`, with the server running.
import { print } from 'graphql';
import { graphql } from './generated/gql.ts';
import type { CapabilitiesQuery } from './generated/graphql.ts';

const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';

const Capabilities = graphql(`
  query Capabilities {
    models(where: { available: true }, orderBy: { field: NAME }) {
      nodes {
        name
        apiType
        contextWindow
        capabilities {
          inputModalities
          reasoning {
            efforts
          }
          reasoningCounterpart {
            name
          }
        }
        pricing {
          inputPerMillion
          outputPerMillion
        }
      }
    }
    providers {
      displayName
      configured
      credentialVariable
      models {
        totalCount
      }
    }
  }
`);

type Model = CapabilitiesQuery['models']['nodes'][number];

const write = (line: string): void => void process.stdout.write(`${line}\n`);

const describeReasoning = ({ reasoning, reasoningCounterpart }: Model['capabilities']): string => {
  if (reasoning !== null) return `reasons (${reasoning.efforts.join(' ') || 'no efforts to choose'})`;
  return reasoningCounterpart === null ? 'does not reason' : `reasons as ${reasoningCounterpart.name}`;
};

const describeModel = ({ name, capabilities, pricing }: Model): string => {
  const price =
    pricing === null ? 'no price known' : `$${pricing.inputPerMillion} / $${pricing.outputPerMillion}`;
  return `- ${name}: ${capabilities.inputModalities.join(', ')}; ${describeReasoning(capabilities)}; ${price}`;
};

const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: print(Capabilities) }),
});
const { data } = (await response.json()) as { data: CapabilitiesQuery };
const { nodes } = data.models;
const scripts = nodes.filter(({ apiType }) => apiType === 'LOCAL');
const models = nodes.filter(({ apiType }) => apiType !== 'LOCAL');
write(`${models.length} language models can be used here:`);
for (const model of models) write(describeModel(model));
write(
  `${scripts.length} scripts of the server answer without a key and cost nothing; they are no language models:`,
);
for (const { name, capabilities } of scripts) write(`- ${name}: ${describeReasoning(capabilities)}`);
for (const { displayName, configured, credentialVariable, models: all } of data.providers)
  if (!configured) write(`Set ${credentialVariable} to use the models of ${displayName}: ${all.totalCount}.`);
