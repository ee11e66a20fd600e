import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const CLIENT = new URL('../../../client/', import.meta.url);

const inClient = (path: string): string => fileURLToPath(new URL(path, CLIENT));

/** A page of client/test/pages. Only with the development build of React does StrictMode render and mount twice. */
export const bundleReactPage = async (
  name: string,
  mode: 'development' | 'production' = 'development',
): Promise<string> => {
  const { output } = await build({
    input: inClient(`test/pages/${name}.tsx`),
    platform: 'browser',
    write: false,
    tsconfig: false,
    resolve: {
      alias: {
        'modelgraph-client/react': inClient('src/react/index.ts'),
        'modelgraph-client': inClient('src/index.ts'),
      },
    },
    transform: {
      target: 'es2024',
      jsx: 'react-jsx',
      define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    },
    onLog: () => undefined,
    output: { format: 'esm', codeSplitting: false },
  });
  return output[0].code;
};
