import { existsSync } from 'node:fs';
import type { ModelConfigs } from '../../src/core/model-config.ts';
import type { TextProviderDescriptor } from '../../src/core/text-provider.ts';
import { findKnowledgeProblems } from './knowledge-problems.ts';
import type { ProviderKnowledge } from './provider-knowledge.ts';

const FOLDER = new URL('../providers/text/', import.meta.url);

/** What tests know of a registered provider. Throws what is missing of it, and where to write it. */
export const loadKnowledge = async (
  descriptor: Pick<TextProviderDescriptor, 'name' | 'apiTypes'>,
  models: ModelConfigs,
  folder = FOLDER,
): Promise<ProviderKnowledge> => {
  const { name } = descriptor;
  const path = `test/providers/text/${name}/knowledge.ts`;
  const url = new URL(`${name}/knowledge.ts`, folder);
  if (!existsSync(url))
    throw new Error(
      `The provider "${name}" is registered, and tests know nothing of it: write ${path}, as "Adding a provider" in CONTRIBUTING.md says.`,
    );
  const { knowledge } = (await import(url.href)) as { readonly knowledge?: ProviderKnowledge };
  const problems = findKnowledgeProblems(descriptor, models, knowledge);
  if (knowledge === undefined || problems.length > 0)
    throw new Error(`${path} lacks something:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  return knowledge;
};
