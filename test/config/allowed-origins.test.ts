import { expect, test } from 'vitest';
import { parseSettings } from '../../config/env.ts';

const parse = (origins: string): readonly string[] =>
  parseSettings({ MODELGRAPH_ALLOWED_ORIGINS: origins }, []).allowedOrigins;

test.each([
  'https://app.example.com',
  'http://b.example:8080',
  'https://*.example.com',
  'https://*.app.example.com:8443',
  'http://*.example.co.uk',
  'http://*.localhost:5173',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://6a1c0b7e-3f4b-4a58-9e65-0d5d8a5a4c11',
  'safari-web-extension://6a1c0b7e',
  'tauri://localhost',
  'capacitor://localhost',
])('%s can be allowed', (origin) => {
  expect(parse(`https://fine.example,${origin}`)).toEqual(['https://fine.example', origin]);
});

test.each([
  ['*', 'would let the pages of strangers call this server'],
  ['https://*', 'would let the pages of strangers call this server'],
  ['http://*', 'would let the pages of strangers call this server'],
  ['https://*:443', 'would let the pages of strangers call this server'],
  ['https://*:*', 'would let the pages of strangers call this server'],
  ['https://*.com', 'would let the pages of strangers call this server'],
  ['https://*.com.', 'would let the pages of strangers call this server'],
  ['https://*.com:8443', 'would let the pages of strangers call this server'],
  ['https://*/', 'would let the pages of strangers call this server'],
  ['chrome-extension://*', 'would let the pages of strangers call this server'],
  ['*://example.com', 'may have * only in place of the first labels'],
  ['*.example.com', 'may have * only in place of the first labels'],
  ['https://*.*.example.com', 'may have * only in place of the first labels'],
  ['https://a*.example.com', 'may have * only in place of the first labels'],
  ['https://*example.com', 'may have * only in place of the first labels'],
  ['https://app.*.com', 'may have * only in place of the first labels'],
  ['https://*.example.com/', 'may have * only in place of the first labels'],
  ['https://*.example.com/path', 'may have * only in place of the first labels'],
  ['https://*.example.com:*', 'may have * only in place of the first labels'],
  ['https://*.example.com:443', 'may have * only in place of the first labels'],
  ['https://*.example.com.', 'may have * only in place of the first labels'],
  ['https://*.Example.com', 'may have * only in place of the first labels'],
  ['https://*.0.0.1', 'may have * only in place of the first labels'],
  ['tauri://*.example.com', 'may have * only in place of the first labels'],
  ['null', 'must be an origin'],
  ['https://a.example/', 'must be an origin'],
  ['https://a.example:443', 'must be an origin'],
  ['https://user@a.example', 'must be an origin'],
  ['chrome-extension://', 'must be an origin'],
  ['chrome-extension://abc/page', 'must be an origin'],
  ['file:///home', 'must be an origin'],
  ['data:text/html,hi', 'must be an origin'],
  ['javascript:alert(1)', 'must be an origin'],
  ['ws://a.example', 'must be an origin'],
])('%s stops the start, and the variable is named', (origin, problem) => {
  expect(() => parse(`https://fine.example,${origin}`)).toThrow(
    `MODELGRAPH_ALLOWED_ORIGINS: entry 2 ${problem}`,
  );
});
