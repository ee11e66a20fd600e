import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';

const problemsOf = (environment: Record<string, string>, providers: readonly string[] = []): string[] => {
  try {
    parseSettings(environment, providers);
  } catch (error) {
    const [title, ...problems] = (error as Error).message.split('\n');
    expect(title).toBe('The configuration is invalid:');
    return problems.map((problem) => problem.replace(/^- /, ''));
  }
  return [];
};

describe('the address of a document', () => {
  const problemsWith = (address: string) => problemsOf({ MODELGRAPH_CATALOGUE_URL: address });

  it.each(['https://models.example/api.json', 'http://127.0.0.1:8080/x', 'http://[::1]/x', './api.json', ''])(
    'may be %s',
    (address) => {
      expect(problemsWith(address)).toEqual([]);
    },
  );

  it.each(['http://models.example/api.json', 'ftp://models.example/api.json.gz', 'api.yaml', 'http://'])(
    'must not be %s, which anyone on the way could answer for, or nothing can be read from',
    (address) => {
      expect(problemsWith(address)).toEqual([
        'MODELGRAPH_CATALOGUE_URL: must be an https address, an http one on this machine, or the path of a .json file',
      ]);
    },
  );

  it('holds no password, and is not quoted', () => {
    expect(problemsWith('https://me:secret@models.example/api.json')).toEqual([
      'MODELGRAPH_CATALOGUE_URL: must hold no user and no password',
    ]);
  });
});
