import { existsSync, readdirSync } from 'node:fs';
import { Visitor } from '@swc/core/Visitor.js';

// TypeScript 7 has no parser that JavaScript can call, so swc reads the imports; its visitor knows no `using` yet.
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visitStatementOrUsing(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  return { ...statement, decls: this.visitVariableDeclarators(statement.decls) };
};

const OURS = '^(src|config|cli|client|scripts|bench|test|examples)/';
const PRODUCT = '^(src|config|cli|client)/';
const CLIENT_ROOMS = '^client/src/(react|ai-sdk|apollo|urql|relay|codegen)/';
const NOT_SHIPPED = ['npm-dev', 'npm-no-pkg', 'npm-unknown'];
const SDKS =
  '(^|/node_modules/|^node_modules/)(openai|@anthropic-ai/[^/]+|@google/gen[^/]+|groq-sdk|@mistralai/[^/]+)(/|$)';
const GRAPHQL =
  '(^|/node_modules/|^node_modules/)(graphql|graphql-[^/]+|@graphql-[^/]+/[^/]+|@pothos/[^/]+|@envelop/[^/]+)(/|$)';

const VENDORS = new URL('src/providers/text/', import.meta.url);
/** The folders of vendors that speak an OpenAI API: each says in its dialect.ts how its own differs. */
const OPENAI_SPEAKERS = readdirSync(VENDORS).filter((name) =>
  existsSync(new URL(`${name}/dialect.ts`, VENDORS)),
);

/** A layer and all that it may import of this project. Packages are other rules' business. */
const layer = (name, folder, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^${folder}/` },
  to: { path: OURS, pathNot: allowed },
});

export default {
  forbidden: [
    layer(
      'R1-lib-is-a-leaf',
      'src/lib',
      ['^src/lib/'],
      'lib imports nothing of this project. Pass what it needs as an argument, or move the code up a layer.',
    ),
    layer(
      'R2-core',
      'src/core',
      ['^src/(core|lib)/'],
      'core is the vocabulary of every layer: it imports core and lib. Let the layer above implement a type of core.',
    ),
    layer(
      'R3-config',
      'config',
      ['^config/', '^src/core/'],
      'config is data: it imports config and the types of core. Behaviour belongs in src; hand the data to it in app.ts.',
    ),
    layer(
      'R4-stores',
      'src/stores',
      ['^src/(stores|core|lib)/'],
      'A store keeps what it is given: it imports stores, core and lib. Decisions belong in the service that calls it.',
    ),
    layer(
      'R5-providers',
      'src/providers',
      ['^src/(providers|core|lib|registry)/'],
      'A provider turns one request into events: it imports providers, core and lib. Settings come to it in its ' +
        'ProviderConnection, everything else in the TextRequest.',
    ),
    {
      name: 'R6-no-sibling-provider',
      severity: 'error',
      comment:
        'A provider folder knows no other one, so that each can be read, changed and deleted alone. What two of them ' +
        'share goes to openai-compatible/ or shared/.',
      from: { path: '^src/providers/text/([^/]+)/' },
      to: {
        path: '^src/providers/',
        pathNot: [
          '^src/providers/text/($1|openai-compatible)/',
          '^src/providers/shared/',
          '^src/providers/index\\.ts$',
        ],
      },
    },
    {
      name: 'R6-shared-parts-know-no-provider',
      severity: 'error',
      comment:
        'shared/ serves every provider. Take what differs as an argument from the provider that calls.',
      from: { path: '^src/providers/shared/' },
      to: { path: '^src/providers/text/' },
    },
    {
      name: 'R7-provider-knows-no-registry',
      severity: 'error',
      comment:
        'A provider knows neither the registry nor its registration: it is given its ModelConfig when it is bound to a ' +
        'model. Only src/providers/index.ts registers, one line each.',
      from: { path: '^src/providers/', pathNot: '^src/providers/index\\.ts$' },
      to: { path: ['^src/registry/', '^src/providers/index\\.ts$'] },
    },
    {
      name: 'R7-registration-loads-no-provider',
      severity: 'error',
      comment:
        'Registration imports descriptors only; a descriptor loads its provider, and with it the SDK, by `import()` on ' +
        'first use. All SDKs together cost about half a second and 54 MB at start.',
      from: { path: ['^src/providers/index\\.ts$', '^src/providers/text/[^/]+/descriptor\\.ts$'] },
      to: {
        path: ['^src/providers/', SDKS],
        pathNot: ['^src/providers/text/[^/]+/[^/]*descriptor\\.ts$'],
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    layer(
      'R8-services',
      'src/services',
      ['^src/(services|core|lib|registry|stores)/'],
      'A service imports services, core, lib, the registry and the ports of stores. It reaches a provider through the ' +
        'ProviderFactory, and knows nothing of GraphQL or HTTP.',
    ),
    {
      name: 'R8-services-see-store-ports-only',
      severity: 'error',
      comment:
        'A service takes its stores as arguments and imports their types only (`import type`). app.ts builds the stores.',
      from: { path: '^src/services/' },
      to: { path: '^src/stores/', dependencyTypesNot: ['type-only'] },
    },
    layer(
      'R9-schema',
      'src/schema',
      ['^src/(schema|core|lib|services)/'],
      'The schema imports schema, core, lib and types of services. What a resolver calls comes through its context.',
    ),
    {
      name: 'R9-schema-sees-types-of-services-only',
      severity: 'error',
      comment:
        'A resolver takes its services from the context; import their types only (`import type`). So that a schema can ' +
        'be built, printed and tested without any service.',
      from: { path: '^src/schema/' },
      to: { path: '^src/services/', dependencyTypesNot: ['type-only'] },
    },
    layer(
      'R10-server',
      'src/server',
      ['^src/(server|schema|services|telemetry|core|lib)/'],
      'The transports import server, schema, services, core and lib. Stores, registry and settings come from app.ts.',
    ),
    {
      name: 'R11-sdks-under-providers-only',
      severity: 'error',
      comment:
        "A vendor's SDK is known to that vendor's provider folder alone. Convert to the types of core there.",
      from: { path: '^(src|config|cli)/', pathNot: '^src/providers/text/' },
      to: { path: SDKS },
    },
    {
      name: 'R12-graphql-under-schema-and-server-only',
      severity: 'error',
      comment:
        'GraphQL is one way in. Below schema and server nothing knows of it: throw a ModelgraphError, return plain values.',
      from: { path: '^(src|config)/', pathNot: ['^src/(schema|server)/', '^src/app\\.ts$'] },
      to: { path: GRAPHQL },
    },
    {
      name: 'R13-no-cycles',
      severity: 'error',
      comment:
        'Two modules that need each other are one module, or need a third that both import. Types count as well.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'R13-no-orphans',
      severity: 'error',
      comment: 'Nothing imports this module and it imports nothing: use it or delete it.',
      from: {
        path: '^(src|config)/',
        orphan: true,
        pathNot: ['^src/main\\.ts$', '^src/server/playground/generated/'],
      },
      to: {},
    },
    {
      name: 'R13-no-dead-module',
      severity: 'error',
      comment:
        'The server never loads this module: import it where it belongs (a file of the schema in schema/index.ts), or delete it.',
      from: { path: '^src/main\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/app\\.ts$',
          // The program of the playground's page is bundled, and its bundle is sent as it is.
          '^src/server/playground/(browser|generated)/',
          // OpenAI's names for what every compatible vendor shares: where a reader looks for them first.
          '^src/providers/text/openai/request/convert-to-[a-z-]+-format\\.ts$',
        ],
        reachable: false,
      },
    },
    {
      name: 'R14-environment-in-one-place',
      severity: 'error',
      comment:
        'Only config/env.ts reads the environment. Add the variable to its Settings and pass the value down; for the ' +
        'rest of process use the global.',
      from: { path: '^(src|config)/', pathNot: '^config/env\\.ts$' },
      to: { path: '^(node:)?process$' },
    },
    {
      name: 'S1-judging-knows-no-work',
      severity: 'error',
      comment:
        'checks, pricing, media, providers and principals serve single generations and batches alike: they know ' +
        'neither. Take what differs as an argument.',
      from: { path: '^src/services/(checks|pricing|media|providers|principals)/' },
      to: { path: '^src/services/(generations|batches|catalogue|webhooks)/' },
    },
    {
      name: 'S2-generations-know-no-batches',
      severity: 'error',
      comment:
        'A batch is made of requests; a generation knows nothing of batches. Move what both need to services/.',
      from: { path: '^src/services/generations/' },
      to: { path: '^src/services/batches/' },
    },
    ...['events', 'run', 'nodes'].map((room, index, rooms) => ({
      name: `S3-generations-${room}`,
      severity: 'error',
      comment:
        'Inside generations an import goes one way: the door (the folder itself) → nodes → run → events. ' +
        'Hand what is needed further in as an argument.',
      from: { path: `^src/services/generations/${room}/` },
      to: {
        path: '^src/services/generations/',
        pathNot: rooms.slice(0, index + 1).map((inner) => `^src/services/generations/${inner}/`),
      },
    })),
    {
      name: 'S4-store-domains-apart',
      severity: 'error',
      comment:
        'The stores of generations, batches and principals know db/, nodes/ and the root of stores, not each other. ' +
        'What two of them need goes to the root.',
      from: { path: '^src/stores/(generations|batches|principals)/' },
      to: { path: '^src/stores/[^/]+/', pathNot: '^src/stores/($1|db|nodes)/' },
    },
    {
      name: 'S4-store-ground',
      severity: 'error',
      comment: 'db/ and nodes/ are what the domains of the stores stand on: they know none of them.',
      from: { path: '^src/stores/(db|nodes)/' },
      to: { path: '^src/stores/(generations|batches|principals)/' },
    },
    ...['catalogue', 'generations'].map((room, index) => ({
      name: `S5-schema-${room}`,
      severity: 'error',
      comment:
        'The types of the catalogue know no generation, those of generations no batch. Move what both need to schema/.',
      from: { path: `^src/schema/${room}/` },
      to: { path: `^src/schema/(${['generations', 'batches'].slice(index).join('|')})/` },
    })),
    {
      name: 'S6-plugin-knows-no-other-plugin',
      severity: 'error',
      comment:
        'A plugin of the server is one file that can be read, moved in the list and removed alone. What two of them ' +
        'need goes to server/.',
      from: { path: '^src/server/plugins/([^/]+)\\.ts$' },
      to: { path: '^src/server/plugins/', pathNot: '^src/server/plugins/$1\\.ts$' },
    },
    {
      name: 'S7-request-comes-first',
      severity: 'error',
      comment:
        "Inside a vendor's folder the order is that of the work: a request knows neither its response nor batches.",
      from: { path: '^src/providers/text/([^/]+)/request/' },
      to: { path: '^src/providers/text/$1/(response|batch)/' },
    },
    {
      name: 'S7-response-knows-no-batch',
      severity: 'error',
      comment:
        "Inside a vendor's folder the order is that of the work: a response knows its request, never batches.",
      from: { path: '^src/providers/text/([^/]+)/(response|chat|responses)/' },
      to: { path: '^src/providers/text/$1/batch/' },
    },
    {
      name: 'S7-openai-compatible-for-those-that-speak-it',
      severity: 'error',
      comment:
        'openai-compatible/ is for vendors whose API has that shape: those with a dialect.ts. What every provider needs ' +
        'goes to providers/shared/.',
      from: {
        path: '^src/providers/',
        pathNot: `^src/providers/text/(openai-compatible|${OPENAI_SPEAKERS.join('|')})/`,
      },
      to: { path: '^src/providers/text/openai-compatible/' },
    },
    layer(
      'S8-telemetry',
      'src/telemetry',
      ['^src/(telemetry|core|lib)/'],
      'Metrics and traces are told of events in the words of core: telemetry imports core and lib.',
    ),
    {
      name: 'S9-tests-stand-alone',
      severity: 'error',
      comment: 'Tests of other rooms import neither bench nor scripts. What both need goes to test/support.',
      from: { path: '^test/', pathNot: '^test/(bench|scripts)/' },
      to: { path: '^(bench|scripts)/' },
    },
    layer(
      'S10-client-stands-alone',
      'client',
      ['^client/'],
      'The client package is installed without the server: its types come from the schema file.',
    ),
    {
      name: 'S10-client-core-knows-no-framework',
      severity: 'error',
      comment:
        "The core of the client runs in any frontend: it imports two packages and none of the client's rooms for " +
        'frameworks. What they need of the core, they import from it.',
      from: { path: ['^client/src/[^/]+$', '^client/src/(generated|generation|transport)/'] },
      to: {
        path: ['^client/src/[^/]+/', '(^|/)node_modules/', '^node:'],
        pathNot: [
          '^client/src/(generated|generation|transport)/',
          '(^|/)node_modules/(graphql-ws|eventsource-parser)/',
        ],
      },
    },
    {
      name: 'S10-client-rooms-apart',
      severity: 'error',
      comment:
        'Each room of the client is an entry of its own, loaded without the others. What several need goes to its core, ' +
        'or to resume-document/ where they speak graphql.',
      from: { path: CLIENT_ROOMS },
      to: { path: CLIENT_ROOMS, pathNot: '^client/src/$1/' },
    },
    layer(
      'S11-workers',
      'src/workers',
      ['^src/(workers|telemetry|core|lib)/'],
      'The primary starts processes and carries messages, and serves nothing: it imports workers, telemetry, core and lib.',
    ),
    {
      name: 'flow-browser-program-stands-alone',
      severity: 'error',
      comment:
        "The playground's program runs in a browser: it imports nothing of the server. Put what it needs into the page, " +
        'in playground.ts.',
      from: { path: '^src/server/playground/browser/' },
      to: { pathNot: '^src/server/playground/browser/' },
    },
    {
      name: 'flow-product-knows-no-workshop',
      severity: 'error',
      comment: 'What people run imports nothing of tests, benchmarks, scripts or examples.',
      from: { path: PRODUCT, pathNot: '^client/test/' },
      to: { path: '^(scripts|bench|test|examples|client/test)/' },
    },
    layer(
      'flow-registry',
      'src/registry',
      ['^src/(registry|core|lib)/'],
      'The registry imports registry, core and lib. Descriptors and models are given to it.',
    ),
    {
      name: 'flow-nothing-imports-the-root',
      severity: 'error',
      comment:
        'app.ts puts the layers together, cli/ and main.ts run it. Nothing below imports them: take an argument.',
      from: { path: '^(src|config)/', pathNot: '^src/main\\.ts$' },
      to: { path: ['^src/(app|main)\\.ts$', '^cli/'] },
    },
    {
      name: 'flow-production-dependencies',
      severity: 'error',
      comment:
        'The server runs without devDependencies: move the package to dependencies, or the code out of src. What the ' +
        'client serves is a peer of it.',
      from: { path: PRODUCT, pathNot: '^client/test/' },
      to: { dependencyTypes: NOT_SHIPPED, dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
