import { availableParallelism, networkInterfaces } from 'node:os';
import { findVersion } from '../../config/find-version.ts';
import type { Settings } from '../../config/settings.ts';
import { servesPlayground } from '../../config/trusted-documents.ts';
import type { AppDescription } from '../../src/app.ts';
import { isLoopback } from '../../src/core/is-loopback.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';

/** Addresses that stand for every one of the machine. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

/** Where other machines reach a server that listens on every address of this one. */
const findNetworkUrls = (host: string, url: string): readonly string[] => {
  if (!WILDCARDS.has(host)) return [];
  const { port, pathname } = new URL(url);
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => `http://${address}:${port}${pathname}`);
};

const logStore = ({ databaseUrl, dataDirectory }: Settings, log: ServiceLog): void => {
  if (databaseUrl !== null) {
    const { host, pathname } = new URL(databaseUrl);
    log.info({ engine: 'postgres', address: `${host}${pathname}` }, 'store');
  } else if (dataDirectory === null)
    log.info({ engine: 'sqlite', directory: 'memory' }, 'store: nothing survives a restart');
  else log.info({ engine: 'sqlite', directory: dataDirectory }, 'store');
};

const logAccess = ({ host, apiKeys, accessFile, jwt, allowedOrigins }: Settings, log: ServiceLog): void => {
  const keys = apiKeys.map(({ id }) => id);
  const isOpen = keys.length === 0 && accessFile === null && jwt === null;
  const reach = isLoopback(host) ? 'this machine' : 'other machines';
  log.info(
    { keys, rules: accessFile, issuer: jwt?.issuer, origins: allowedOrigins },
    isOpen ? `access: open to any client on ${reach}` : `access: with a key or a token, from ${reach}`,
  );
};

const logLimits = (settings: Settings, log: ServiceLog): void => {
  const { maxBodyBytes, maxUploadBytes, timeoutMs, maxAttempts, batchConcurrency } = settings;
  const { addressRequestsPerMinute, addressSockets, principalSockets, principalGenerations } = settings;
  const ofClients = { addressRequestsPerMinute, addressSockets, principalSockets, principalGenerations };
  log.info(
    { maxBodyBytes, maxUploadBytes, timeoutMs, maxAttempts, batchConcurrency, ...ofClients },
    'limits',
  );
};

/**
 * Says what the server has started with: providers, models, the store, who may use it, limits, and at last the address
 * that a browser on this machine opens.
 */
export const logStart = (
  settings: Settings,
  { providers, models, defaultModel, url }: AppDescription & { readonly url: string },
  log: ServiceLog,
): void => {
  log.info({ node: process.versions.node }, `Modelgraph ${findVersion()}`);
  if (settings.workers > 1) log.info({ count: settings.workers, cores: availableParallelism() }, 'workers');
  log.info(
    {
      configured: providers.flatMap(({ name, missing }) => (missing === null ? [name] : [])),
      missing: providers.flatMap(({ missing }) => missing ?? []),
    },
    'providers',
  );
  log.info(
    {
      count: models,
      default: defaultModel,
      overlay: settings.catalogueFile,
      refresh: settings.catalogueUrl === null ? null : 'on',
      vendorLists: settings.vendorLists ? 'on' : null,
    },
    'models',
  );
  logStore(settings, log);
  logAccess(settings, log);
  logLimits(settings, log);
  log.info({}, 'the demo models are scripts that answer without a key; they are not language models');
  log.info(
    { url, network: findNetworkUrls(settings.host, url), playground: servesPlayground(settings) },
    `Modelgraph is ready at ${url}`,
  );
};
