import type { Settings } from '../config/settings.ts';
import type { ServiceLog } from './core/service-log.ts';
import { findSharedSuffix } from './server/shared-suffix.ts';

const warnOfUnknownVariables = ({ unknownVariables }: Settings, log: ServiceLog): void => {
  for (const variable of unknownVariables)
    log.warn({ variable }, 'an environment variable is unknown: is it misspelt?');
};

const warnOfSharedOrigins = ({ allowedOrigins }: Settings, log: ServiceLog): void => {
  for (const origin of allowedOrigins) {
    const suffix = findSharedSuffix(origin);
    if (suffix !== undefined)
      log.warn(
        { origin },
        `anybody can have a page below ${suffix}, and all of them may call this server: allow your own pages one by one in MODELGRAPH_ALLOWED_ORIGINS, or set MODELGRAPH_API_KEYS`,
      );
  }
};

/** Logs what a server can start with, and what its operator may not have meant. */
export const warnOfSettings = (settings: Settings, log: ServiceLog): void => {
  warnOfUnknownVariables(settings, log);
  warnOfSharedOrigins(settings, log);
};
