import {
  css,
  editorWorkerService,
  graphqlWorker,
  js,
  jsonWorker,
} from '@graphql-yoga/render-graphiql/graphiql';
import { splitGraphiql } from './split-graphiql.ts';
import { type Asset, splitStyles, toAsset } from './split-styles.ts';

/** GraphiQL as files whose names change with their content. */
export interface GraphiqlAssets {
  readonly script: Asset;
  readonly style: Asset;
  /** With those two. */
  readonly all: readonly Asset[];
}

export const createGraphiqlAssets = (): GraphiqlAssets => {
  const programs = splitGraphiql(js);
  const formatter = toAsset('formatter', 'js', programs.formatter);
  const workers = {
    editorWorkerService: toAsset('editor-worker', 'js', editorWorkerService),
    json: toAsset('json-worker', 'js', jsonWorker),
    graphql: toAsset('graphql-worker', 'js', graphqlWorker),
  };
  const names = Object.fromEntries(Object.entries(workers).map(([label, { name }]) => [label, name]));
  const script = toAsset('graphiql', 'js', programs.main({ formatter: formatter.name, workers: names }));
  const { styles, fonts } = splitStyles(css);
  const style = toAsset('graphiql', 'css', styles);
  return { script, style, all: [script, style, formatter, ...Object.values(workers), ...fonts] };
};
