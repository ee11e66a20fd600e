import { type Audit, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.ts';

/** A foreign page can send these without being asked: they need a header that it cannot set. */
const REFUSED_WITHOUT_PREFLIGHT = [
  'MAY accept application/x-www-form-urlencoded formatted GET requests',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
];

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const audits = serverAudits({ url: () => app.url, fetchFn: fetch });
const isOptional = ({ name }: Audit): boolean => name.startsWith('MAY');

describe('a server of GraphQL over HTTP', () => {
  test.each(audits.filter((audit) => !isOptional(audit)).map((audit) => [audit.name, audit] as const))(
    '%s',
    async (_name, audit) => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    },
  );

  // Optional: what comes of them is reported with the test, and asserted only where it is this server's choice.
  test.for(audits.filter(isOptional).map((audit) => [audit.name, audit] as const))(
    '%s: is run',
    async ([name, audit], { annotate }) => {
      const { status } = await audit.fn();
      await annotate(status);
      expect(status).not.toBe('error');
      if (REFUSED_WITHOUT_PREFLIGHT.includes(name)) expect(status).toBe('notice');
    },
  );
});

test('there are audits of every rank', () => {
  const ranks = audits.map(({ name }) => name.split(' ')[0]);
  expect(new Set(ranks)).toEqual(new Set(['MUST', 'SHOULD', 'MAY']));
  expect(audits.length).toBeGreaterThan(60);
});
