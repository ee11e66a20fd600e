import type { Settings } from '../../config/settings.ts';
import type { ServiceLog } from '../../src/core/service-log.ts';
import { createCatalogueLayer } from '../../src/create-catalogue.ts';
import { createAccessLayer } from '../../src/create-principals.ts';
import { loadPlugins } from '../../src/server/load-plugins.ts';
import { readDocuments } from '../../src/server/trusted-documents/read-documents.ts';
import { type Finding, note, ok, problem, toProblems } from './finding.ts';

const SILENT: ServiceLog = { debug() {}, info() {}, warn() {}, error() {} };

/** The catalogue with the operator's overlay, as a server would serve it. */
export const checkCatalogue = async (settings: Settings): Promise<readonly Finding[]> => {
  const { catalogueFile: file } = settings;
  try {
    const { catalogue } = await createCatalogueLayer(settings, SILENT, {});
    const { modelCount, problems } = catalogue.state();
    const defaultModel = catalogue.findModel('default')?.config.name ?? 'none';
    return [
      ok('catalogue', `${modelCount} models, of which the default is ${defaultModel}`),
      ...problems.map((text) => note('catalogue', text)),
      ...(file === null ? [] : [ok(file, 'is taken')]),
    ];
  } catch (error) {
    return toProblems(file ?? 'catalogue', error);
  }
};

/** Loads the operator's plugins, which runs the top level of their module. */
export const checkPlugins = async ({ plugins: module }: Settings): Promise<readonly Finding[]> => {
  if (module === null) return [];
  try {
    const plugins = await loadPlugins(module);
    return [ok(module, plugins.length === 1 ? 'one plugin' : `${plugins.length} plugins`)];
  } catch (error) {
    return toProblems(module, error);
  }
};

/** The operator's rules for access, which name models of the catalogue: without an overlay that cannot be used. */
export const checkRules = async (settings: Settings): Promise<readonly Finding[]> => {
  const { accessFile: file } = settings;
  if (file === null) return [];
  try {
    const { models } = await createCatalogueLayer(settings, SILENT, {}).catch(() =>
      createCatalogueLayer({ ...settings, catalogueFile: null, defaultModel: null }, SILENT, {}),
    );
    await createAccessLayer(settings, SILENT, {}, models);
    return [ok(file, 'is taken')];
  } catch (error) {
    return toProblems(file, error);
  }
};

/** The files of trusted documents, as they are served. */
export const checkTrustedDocuments = async ({
  trustedDocuments: files,
}: Settings): Promise<readonly Finding[]> => {
  if (files.length === 0) return [];
  const part = 'documents';
  const { documents, problems } = await readDocuments(files);
  return problems.length === 0
    ? [ok(part, `${documents.size} trusted documents`)]
    : problems.map((text) => problem(part, text));
};
