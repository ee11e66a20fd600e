export { createModelgraphNetwork, type ModelgraphNetworkOptions } from './create-modelgraph-network.ts';
