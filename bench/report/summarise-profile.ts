import type { Profiler } from 'node:inspector';

const LINES = 14;

/** The owner of a function's code: a package, a file of this project, or Node itself. */
const ownerOf = ({ url, functionName }: { readonly url: string; readonly functionName: string }): string => {
  if (url === '') return functionName.startsWith('(') ? functionName : `native ${functionName}`;
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency !== undefined) return dependency;
  if (url.startsWith('node:'))
    return url
      .replace(/^node:internal\/deps\/([^/]+)\/.*/, 'node: $1')
      .replace(/^node:(internal\/)?/, 'node ');
  return url.replace(/^.*\/(src|bench|test|config)\//, '$1/');
};

/** The CPU time of a profile by owner: lines of share and owner, largest first, without idle time and the profiler's. */
export const summariseProfile = ({
  nodes,
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): readonly string[] => {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const spent = new Map<string, number>();
  let total = 0;
  for (const [index, node] of samples.entries()) {
    const owner = owners.get(node) ?? '(unknown)';
    if (owner === '(idle)' || owner === 'node inspector') continue;
    const time = timeDeltas[index] ?? 0;
    spent.set(owner, (spent.get(owner) ?? 0) + time);
    total += time;
  }
  return [...spent]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, LINES)
    .map(([owner, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} % ${owner}`);
};
