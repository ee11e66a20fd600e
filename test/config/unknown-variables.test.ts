import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../config/env.ts';

describe('a variable that looks like a setting and is none', () => {
  it('is told, and a setting or what a client reads is not', () => {
    const { unknownVariables } = parseSettings(
      { MODELGRAPH_PLAYGRUND: 'off', MODELGRAPH_PLAYGROUND: 'off', MODELGRAPH_URL: 'x', OTHER: 'y' },
      [],
    );
    expect(unknownVariables).toEqual(['MODELGRAPH_PLAYGRUND']);
  });
});
