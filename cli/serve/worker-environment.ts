import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Environment } from '../../config/provider-settings.ts';

const ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES';
const INSTANCE = 'service.instance.id=';

/** What an SDK of OpenTelemetry calls a worker: each has its own `service.instance.id`, after the one of the operator. */
const toAttributes = (given: string, serverId: string, worker: number): string => {
  const entries = given.split(',').filter((entry) => entry.trim() !== '');
  const isInstance = (entry: string): boolean => entry.trim().startsWith(INSTANCE);
  const base = entries.find(isInstance)?.trim().slice(INSTANCE.length) ?? serverId;
  return [...entries.filter((entry) => !isInstance(entry)), `${INSTANCE}${base}-${worker}`].join(',');
};

/**
 * The environment of a worker: that of the server with what flags and `.env` say, so that one that is replaced has the same, and
 * the compile cache of this process, so that workers do not compile the sources again.
 */
export const toWorkerEnvironment = (
  environment: Environment,
  { serverId, port }: { readonly serverId: string; readonly port: number },
  worker: number,
): Readonly<Record<string, string>> => {
  const directory = getCompileCacheDir();
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(given),
    PORT: String(port),
    [ATTRIBUTES]: toAttributes(environment[ATTRIBUTES] ?? '', serverId, worker),
    // Node appends a folder of its version by itself.
    ...(directory !== undefined && { NODE_COMPILE_CACHE: dirname(directory) }),
  };
};
