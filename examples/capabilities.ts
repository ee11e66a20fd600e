// What there is and what it can do: `node_modules/.bin/node examples/capabilities.ts`, with the server running.
import { print } from 'graphql';
import { graphql } from './generated/gql.ts';
import type { CapabilitiesQuery } from './generated/graphql.ts';

const url = process.env['MODELGRAPH_URL'] ?? 'http://127.0.0.1:4000/graphql';

const Capabilities = graphql(`
  query Capabilities {
    models(where: { available: true }, orderBy: { field: NAME }) {
      totalCount
      nodes {
        name
        contextWindow
        capabilities {
          inputModalities
          reasoning {
            efforts
          }
        }
        pricing {
          inputPerMillion
          outputPerMillion
        }
      }
    }
  }
`);

const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: print(Capabilities) }),
});
const { data } = (await response.json()) as { data: CapabilitiesQuery };
process.stdout.write(`${data.models.totalCount} models can be used here:\n`);
for (const { name, capabilities, pricing } of data.models.nodes) {
  const price =
    pricing === null ? 'no price known' : `$${pricing.inputPerMillion} / $${pricing.outputPerMillion}`;
  const efforts = capabilities.reasoning?.efforts.join(' ') || 'no efforts to choose';
  const reasoning = capabilities.reasoning === null ? 'does not reason' : `reasons (${efforts})`;
  process.stdout.write(`- ${name}: ${capabilities.inputModalities.join(', ')}; ${reasoning}; ${price}\n`);
}
