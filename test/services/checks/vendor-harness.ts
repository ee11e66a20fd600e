import { getCell, VENDOR_PROVIDERS, type VendorProvider } from '../../contract/providers.ts';
import { sendTurn } from '../../contract/contract-upstream.ts';
import type { Turn } from '../../contract/turn.ts';
import { request, startApp, type TestApp } from '../../support/app/app.ts';
import { startUpstream, type UpstreamServer } from '../../support/upstream/upstream-server.ts';

// A body is read as far as a test needs.
// oxlint-disable-next-line typescript/no-explicit-any
type Body = any;

export interface VendorApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly upstream: UpstreamServer;
  /** The bodies that have reached the vendor, oldest first. */
  readonly bodies: () => readonly Body[];
}

export const getLine = (name: string): VendorProvider => {
  const line = VENDOR_PROVIDERS.find((candidate) => candidate.name === name);
  if (line === undefined) throw new Error(`no provider "${name}"`);
  return line;
};

/** What the vendor says to whoever wants text. */
export const textTurn = (line: VendorProvider): Turn => getCell(line, 'text').turns[0];

type SentTurn = Pick<Turn, 'payloads' | 'whole'>;

/** A server whose provider is a local vendor, which answers with one turn after the other and stays with the last. */
export const startVendorApp = async (
  line: VendorProvider,
  turns: readonly [SentTurn, ...SentTurn[]] = [textTurn(line)],
  overrides: Parameters<typeof startApp>[1] = {},
): Promise<VendorApp> => {
  const remaining = [...turns];
  const upstream = await startUpstream((incoming) =>
    sendTurn(line, incoming, (remaining.length > 1 ? remaining.shift() : remaining[0]) ?? turns[0]),
  );
  const providers = { [line.descriptor.name]: { apiKey: 'sk-test', baseUrl: upstream.origin } };
  const app = await startApp({ providers }, overrides);
  return {
    app,
    upstream,
    bodies: () => upstream.requests.map(({ body }) => JSON.parse(body)),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
};

const ASK = `
  mutation ($input: GenerateInput!) {
    generate(input: $input) { status text output warnings { code message path from to } }
  }
`;

/** The body that an accepted request comes to on the vendor's wire, and what is warned of besides a model's age. */
export const wireOf = async (
  vendor: VendorApp,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly body: Body; readonly warnings: readonly Body[] }> => {
  const { data, errors } = await request(vendor.app, ASK, { input });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const warnings = (data.generate.warnings as Body[]).filter(({ code }) => code !== 'MODEL_DEPRECATED');
  return { body: vendor.bodies().at(-1), warnings };
};
