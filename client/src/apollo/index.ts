export { ModelgraphLink, type ModelgraphLinkOptions } from './modelgraph-link.ts';
