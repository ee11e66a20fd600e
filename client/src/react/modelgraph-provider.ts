import { createContext, createElement, type ReactNode, useContext } from 'react';
import type { Modelgraph } from '../modelgraph.ts';

const ModelgraphContext = createContext<Modelgraph | undefined>(undefined);

export interface ModelgraphProviderProps {
  readonly client: Modelgraph;
  readonly children?: ReactNode;
}

/** Gives its client to the hooks below it. The client is made outside of components, and disposed of there. */
export const ModelgraphProvider = ({ client, children }: ModelgraphProviderProps): ReactNode =>
  createElement(ModelgraphContext, { value: client }, children);

/** The client of the nearest provider. Throws where there is none. */
export const useModelgraph = (): Modelgraph => {
  const client = useContext(ModelgraphContext);
  if (client === undefined)
    throw new Error(
      'There is no ModelgraphProvider above this component: the hooks take their client from it.',
    );
  return client;
};
