export { modelgraphExchange, type ModelgraphExchangeOptions } from './modelgraph-exchange.ts';
