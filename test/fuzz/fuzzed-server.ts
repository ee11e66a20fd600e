import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VENDOR_PROVIDERS } from '../contract/providers.ts';
import { type ServerProcess, startServerProcess } from '../support/app/server-process.ts';
import { CONFIGURED, type FuzzedLine } from './vendor-inputs.ts';

/** A server as it is run, before vendors that answer with changed bytes. */
export interface FuzzedServer extends AsyncDisposable {
  readonly url: string;
  readonly process: ServerProcess;
  readonly hasEnded: () => boolean;
  /** The most memory it has had, in MiB; null where the system does not say. */
  readonly peakMib: () => Promise<number | null>;
}

/** Long enough for a busy machine, short enough for a vendor that says no more to be one input among many. */
const IDLE_MS = 3_000;

const environmentFor = (
  origin: string,
  addresses: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    VENDOR_PROVIDERS.flatMap(({ descriptor: { name } }) => [
      [`${name.toUpperCase()}_API_KEY`, 'made-up'],
      [`${name.toUpperCase()}_BASE_URL`, addresses[name] ?? `${origin}/${name}`],
    ]),
  ),
  MODELGRAPH_IDLE_TIMEOUT_MS: String(IDLE_MS),
  MODELGRAPH_FIRST_DELTA_TIMEOUT_MS: String(2 * IDLE_MS),
  MODELGRAPH_TIMEOUT_MS: String(10 * IDLE_MS),
  // A fault must reach the generation that asks for it, once, and no other.
  MODELGRAPH_MAX_ATTEMPTS: '1',
  MODELGRAPH_CIRCUIT_FAILURES: '0',
  MODELGRAPH_DISCONNECT_GRACE_MS: '0',
  MODELGRAPH_DEMO_DELAY_MS: '0',
  // Ended generations leave the memory at the rate at which they come.
  MODELGRAPH_EVENT_RETENTION_MS: '10000',
});

const entriesFor = (origin: string): readonly object[] => {
  const modelsOf = (...lines: readonly FuzzedLine[]): object =>
    Object.fromEntries(
      lines.map(({ model, isStream }) => [
        model,
        { streaming: isStream, functionCalling: true, parallelToolCalls: true },
      ]),
    );
  return [
    {
      name: 'any-chats',
      baseUrl: `${origin}/any/v1`,
      reasoningTags: true,
      models: modelsOf(CONFIGURED.chat, CONFIGURED.chatWhole),
    },
    {
      name: 'any-responses',
      apiType: 'responses_api',
      baseUrl: `${origin}/any/v1`,
      models: modelsOf(CONFIGURED.responses, CONFIGURED.responsesWhole),
    },
  ];
};

const PEAK = /^VmHWM:\s+(\d+) kB$/m;

const readPeakMib = async (pid: number): Promise<number | null> => {
  // Only Linux has this file, and only while the process is there.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = PEAK.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) / 1_024;
};

/** Starts `src/main.ts` with every provider at this address, but those that have one of their own. */
export const startFuzzedServer = async (
  origin: string,
  addresses: Readonly<Record<string, string>> = {},
): Promise<FuzzedServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-fuzz-'));
  const file = join(folder, 'providers.json');
  await writeFile(file, JSON.stringify(entriesFor(origin)));
  const started = await startServerProcess({
    ...environmentFor(origin, addresses),
    MODELGRAPH_PROVIDERS: file,
  });
  const { child } = started;
  return {
    url: started.url,
    process: started,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    peakMib: () => readPeakMib(child.pid ?? -1),
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
};
