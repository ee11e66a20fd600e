import { expect, test } from 'vitest';
import { request, startApp } from '../../support/app/app.ts';

test('a browser gets the page compressed, with a policy that lets it talk to no other server, and an API client gets the API', async () => {
  await using app = await startApp();
  const page = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-encoding')).toBe('gzip');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('Modelgraph playground');
  expect(await request(app, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
});

test('a browser that opens the playground with a query in its address gets the page, and an API client its result', async () => {
  await using app = await startApp();
  const url = `${app.url}?query=%7B__typename%7D`;
  const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  expect(await page.text()).toContain('Modelgraph playground');
  const answer = await fetch(url, { headers: { 'graphql-require-preflight': '1' } });
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
});

test('a server whose playground is off gives no page', async () => {
  await using app = await startApp({ playground: false });
  const answer = await fetch(app.url, { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('content-type')).toContain('json');
});
