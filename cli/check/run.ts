import { readEnvironment } from '../../config/env.ts';
import type { Environment } from '../../config/provider-settings.ts';
import { secretsOf } from '../../src/app.ts';
import { hideSecrets, redactSecrets } from '../../src/core/secrets.ts';
import type { Terminal } from '../terminal.ts';
import { checkAccess, checkAddress } from './check-access.ts';
import { checkCatalogue, checkPlugins, checkRules, checkTrustedDocuments } from './check-catalogue.ts';
import { checkIdentityProvider } from './check-identity-provider.ts';
import { checkDocument } from './check-document.ts';
import { checkStore } from './check-store.ts';
import { checkVendors } from './check-vendors.ts';
import { checkWorkers } from './check-workers.ts';
import { readConfiguration } from './read-configuration.ts';
import { toTable } from './to-table.ts';

const OK = 0;
const FAILED = 1;

const toVerdict = (problems: number): string => {
  if (problems === 0) return 'No problem was found.';
  return problems === 1 ? 'One problem was found.' : `${problems} problems were found.`;
};

/**
 * Says of each part of a server whether it can start with this configuration, and what is wrong. Nothing is written and
 * no generation is sent. Gives the exit code: 1 where there is a problem.
 */
export const runCheckCommand = async (
  given: Environment,
  { output, hasColours }: Terminal,
): Promise<number> => {
  const configuration = readConfiguration({ ...readEnvironment(), ...given });
  const { settings } = configuration;
  hideSecrets(secretsOf(settings));
  const findings = [
    ...configuration.findings,
    ...(await checkPlugins(settings)),
    ...(await checkCatalogue(settings)),
    ...(await checkDocument(settings)),
    ...(await checkRules(settings)),
    ...(await checkTrustedDocuments(settings)),
    ...(await checkStore(settings)),
    ...checkAccess(settings),
    ...(await checkIdentityProvider(settings)),
    ...(await checkAddress(settings)),
    ...checkWorkers(settings),
    ...(await checkVendors(configuration)),
  ];
  const problems = findings.filter(({ verdict }) => verdict === 'problem').length;
  output.write(redactSecrets(`${toTable(findings, hasColours)}\n${toVerdict(problems)}\n`));
  return problems === 0 ? OK : FAILED;
};
