import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createToy, toyOverrides } from '../support/app/toy-provider.ts';
import { startApp } from '../support/app/app.ts';
import { rawRequest } from '../support/app/raw-http.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
}

const readRules = async (): Promise<readonly Rule[]> => {
  const file = fileURLToPath(new URL('../../deploy/alerts.rules.yml', import.meta.url));
  const { groups } = parse(await readFile(file, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
};

/** The metrics of an expression: a word with an underscore that is neither a function nor a label. */
const metricsOf = (expr: string): readonly string[] =>
  expr.match(/\b(?:modelgraph|process|nodejs|gen_ai)_\w+/g) ?? [];

test('every metric of an alert is one that a running server exposes, and a histogram by its samples', async () => {
  await using app = await startApp({}, toyOverrides(createToy()));
  const { body } = await rawRequest(app, { path: '/metrics' });
  const exposed = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const rules = await readRules();
  const used = rules.flatMap(({ expr }) => metricsOf(expr));
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((name) => !exposed.includes(name))).toEqual([]);
});

test('every alert has a name of its own, a severity, and a sentence that says what to do', async () => {
  const rules = await readRules();
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(alert).toMatch(/^Modelgraph[A-Z]\w+$/);
    expect(['critical', 'warning', 'info']).toContain(labels['severity']);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/^[A-Z].{40,}\.$/);
  }
});
