import manifest from '../package.json' with { type: 'json' };

/** How `npm start` runs the server: what is compared with it is run alike. */
export const NODE_FLAGS: readonly string[] = manifest.scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));
