import type { ConnectionMonitor } from '../connection-monitor.ts';
import type { TypedDocument } from '../modelgraph.ts';
import type { ReconnectSettings } from '../reconnect-policy.ts';
import type { Transport } from '../transport.ts';

/** What a handle needs of its client. */
export interface GenerationContext {
  readonly transport: Transport;
  /** Carries files, which a WebSocket does not. */
  readonly uploads: Transport;
  readonly monitor: ConnectionMonitor;
  readonly settings: ReconnectSettings;
  /** Called when the client is disposed: each ends something that is being read. */
  readonly open: Set<() => void>;
  /** One query or mutation, sent once. Throws ModelgraphError. */
  readonly request: <Data, Variables extends Record<string, unknown>>(
    document: TypedDocument<Data, Variables> | string,
    variables: Variables | undefined,
    signal: AbortSignal | undefined,
  ) => Promise<Data>;
}
