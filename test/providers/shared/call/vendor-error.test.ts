import { expect, test } from 'vitest';
import {
  classifyVendorError,
  mapHttpStatus,
  readVendorError,
} from '../../../../src/providers/shared/call/vendor-error.ts';

test.each([
  [400, 'PROVIDER_REJECTED'],
  [401, 'PROVIDER_AUTHENTICATION'],
  [402, 'PROVIDER_AUTHENTICATION'],
  [403, 'PROVIDER_AUTHENTICATION'],
  [404, 'PROVIDER_REJECTED'],
  [408, 'PROVIDER_TIMEOUT'],
  [409, 'PROVIDER_FAILED'],
  [413, 'PROVIDER_REJECTED'],
  [422, 'PROVIDER_REJECTED'],
  [429, 'PROVIDER_RATE_LIMITED'],
  [500, 'PROVIDER_FAILED'],
  [502, 'PROVIDER_FAILED'],
  [503, 'PROVIDER_OVERLOADED'],
  [504, 'PROVIDER_TIMEOUT'],
  [529, 'PROVIDER_OVERLOADED'],
])('HTTP %i means %s', (status, code) => {
  expect(mapHttpStatus(status)).toBe(code);
});

test.each([
  [{ status: 400, words: ['context_length_exceeded', 'invalid_request_error'] }, 'CONTEXT_LENGTH_EXCEEDED'],
  [{ status: 400, words: ['content_policy_violation'] }, 'CONTENT_FILTERED'],
  [{ status: 400, words: ['billing_hard_limit_reached'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 400, words: ['organization_restricted', 'invalid_request_error'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 403, words: ['invalid_request_error'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['insufficient_quota'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: null, words: ['insufficient_quota'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['credit_balance_exhausted', 'insufficient_quota'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['billing_not_active'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['organization_usage_limit_exceeded'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['organization_spend_limit_exceeded'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['project_spend_limit_exceeded'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 429, words: ['enforced_spend_limit_reached', 'rate_limit_error'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 400, words: ['blocked_api_access'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 402, words: ['RESOURCE_EXHAUSTED'] }, 'PROVIDER_AUTHENTICATION'],
  [{ status: 413, words: ['rate_limit_exceeded', 'tokens'] }, 'PROVIDER_REJECTED'],
  [{ status: 413, words: ['rate_limit_exceeded', 'context_length_exceeded'] }, 'CONTEXT_LENGTH_EXCEEDED'],
  [{ status: 429, words: ['rate_limit_exceeded', 'tokens'] }, 'PROVIDER_RATE_LIMITED'],
  [{ status: null, words: ['RESOURCE_EXHAUSTED'] }, 'PROVIDER_RATE_LIMITED'],
  [{ status: null, words: ['overloaded_error'] }, 'PROVIDER_OVERLOADED'],
  [{ status: null, words: ['invalid_prompt'] }, 'PROVIDER_REJECTED'],
  [{ status: null, words: ['server_error'] }, 'PROVIDER_FAILED'],
  [{ status: 503, words: [] }, 'PROVIDER_OVERLOADED'],
  [{ status: 200, words: [] }, 'PROVIDER_FAILED'],
  [{ status: null, words: ['a word nobody knows'] }, 'PROVIDER_FAILED'],
])('%j is classified as %s', (error, code) => {
  expect(classifyVendorError(error)).toBe(code);
});

test.each([
  [
    { error: { message: 'No.', type: 'invalid_request_error', code: 'unsupported_value' } },
    { status: null, words: ['unsupported_value', 'invalid_request_error'], message: 'No.' },
  ],
  [
    { code: 'Client specified an invalid argument', error: 'Incorrect API key' },
    { status: null, words: ['Client specified an invalid argument'], message: 'Incorrect API key' },
  ],
  [
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    { status: null, words: ['overloaded_error'], message: 'Overloaded' },
  ],
  [
    [{ error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } }],
    { status: 503, words: ['UNAVAILABLE'], message: 'Busy' },
  ],
  [{ error: { reason: 'odd' } }, { status: null, words: [], message: '{"reason":"odd"}' }],
  [{ id: 'resp_1', error: null }, undefined],
  ['<html>', undefined],
  [
    { base_resp: { status_code: 1004, status_msg: 'no login' } },
    { status: null, words: [], message: 'no login' },
  ],
  [{ base_resp: { status_code: 0, status_msg: 'success' } }, undefined],
  [
    { code: 500, msg: 'gone', success: false },
    { status: 500, words: [], message: 'gone' },
  ],
  [
    { error_code: 17, error_msg: 'no quota' },
    { status: null, words: [], message: 'no quota' },
  ],
  [
    { statusCode: 400, error: 'Bad Request', message: 'too large' },
    { status: null, words: [], message: 'too large' },
  ],
  [null, undefined],
])('the error in the body %j is read', (body, expected) => {
  expect(readVendorError(body)).toEqual(expected);
});

test.each([
  [
    'OpenRouter’s words of the provider behind it',
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: {
          provider_name: 'Acme',
          raw: '{"error":{"message":"temperature is too high","code":"bad_temperature"}}',
        },
      },
    },
    'temperature is too high',
    ['bad_temperature'],
  ],
  [
    'raw words that are an object',
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: { message: 'No such voice' } },
      },
    },
    'No such voice',
    [],
  ],
  [
    'raw words that are no JSON',
    { error: { message: 'Provider returned error', metadata: { raw: 'upstream said no' } } },
    'upstream said no',
    [],
  ],
  ['FastAPI’s detail', { detail: 'Model is loading' }, 'Model is loading', []],
  [
    'FastAPI’s list of details',
    { detail: [{ loc: ['body', 'max_tokens'], msg: 'must be positive', type: 'value_error' }] },
    'body.max_tokens: must be positive',
    [],
  ],
  ['a list of errors', { errors: [{ message: 'Not today' }] }, 'Not today', []],
])('an error is read from %s', (_name, body, message, words) => {
  const reported = readVendorError(body);
  expect(reported?.message).toBe(message);
  expect(reported?.words).toEqual(words);
});
