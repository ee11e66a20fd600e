import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import { mapError } from '../../../../src/providers/text/anthropic/map-error.ts';

test("the SDK's own word for a timeout, which has no cause, is a timeout", () => {
  expect(mapError(new APIConnectionTimeoutError())).toMatchObject({ code: 'PROVIDER_TIMEOUT' });
});

test('an error event is classified by its type, with the request id of its stream', () => {
  const body = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } };
  const error = new APIError(undefined, body, undefined, new Headers({ 'request-id': 'req_made' }));
  expect(mapError(error)).toMatchObject({
    code: 'PROVIDER_RATE_LIMITED',
    providerStatus: null,
    retryAfterMs: null,
    requestId: 'req_made',
    vendorMessage: 'Slow down',
  });
});

test('a rate limit that is the spending limit of a month, told by a code of its own, is trouble of the account', () => {
  const details = { error_code: 'enforced_spend_limit_reached' };
  const body = { type: 'error', error: { type: 'rate_limit_error', message: 'Paused.', details } };
  expect(mapError(APIError.generate(429, body, undefined, new Headers()))).toMatchObject({
    code: 'PROVIDER_AUTHENTICATION',
    providerStatus: 429,
  });
});

test.each([[['api_error']], [7], [{ a: 1 }], [null]])(
  'a type that is no word (%j) leaves the status to say what it is',
  (type) => {
    const body = { type: 'error', error: { type, message: 'odd' } };
    expect(mapError(APIError.generate(529, body, undefined, new Headers()))).toMatchObject({
      code: 'PROVIDER_OVERLOADED',
      vendorMessage: 'odd',
    });
  },
);

test.each([[new RangeError('odd'), 'odd'] as const, ['thrown text', null] as const])(
  'anything else (%s) is a failure of the provider with its cause',
  (cause, vendorMessage) => {
    expect(mapError(cause)).toMatchObject({ code: 'PROVIDER_FAILED', cause, vendorMessage });
  },
);
