import { ProviderKeys } from '../../core/provider-keys.ts';
import type { ServerPlugin } from '../plugin.ts';
import { PROVIDER_KEY_HEADER, type ProviderKeyReader } from '../provider-keys.ts';
import { toRefusalResponse } from '../refusal.ts';

/** Takes a caller's own keys for providers out of the header; a WebSocket has them in its `connection_init`. */
export const useProviderKeys = (reader: ProviderKeyReader): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const found = reader.fromHeader(serverContext.req.headers[PROVIDER_KEY_HEADER]);
    if (!(found instanceof ProviderKeys)) endResponse(toRefusalResponse(found, serverContext));
    else if (!found.isEmpty) serverContext.providerKeys = found;
  },
});
