import { ProviderKeys } from '../../core/provider-keys.ts';
import type { ServerPlugin } from '../plugin.ts';
import { PROVIDER_KEY_HEADER, type ProviderKeyReader } from '../provider-keys.ts';
import { toRefusalResponse } from '../refusal.ts';

/** Takes a caller's own keys for providers out of the header; a WebSocket has them in its `connection_init`. */
export const useProviderKeys = (reader: ProviderKeyReader): ServerPlugin => ({
  onRequest({ serverContext, endResponse }) {
    const { req, principal } = serverContext;
    // Authentication has answered already.
    if (principal === undefined) return;
    const found = reader.fromHeader(req.headers[PROVIDER_KEY_HEADER], principal.access.providerKeys);
    if (found instanceof ProviderKeys) serverContext.providerKeys = found;
    else endResponse(toRefusalResponse(found, serverContext));
  },
});
