import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { VARIABLES } from '../../config/variables.ts';
import { startApp } from '../support/app/app.ts';
import { findProgram } from '../support/find-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readSettings, readStages } from './plain-image.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

const [image] = readStages(read('Containerfile')).slice(-1).map(readSettings);
const port = Number(image?.port);

/** What a test is called where the program that it needs is not installed. */
const named = (name: string, program: string): string =>
  findProgram(program) === undefined ? `${name} (${program} is not installed here)` : name;

/** A copy of `deploy/` in which everything that an operator fills in is filled in. */
const copyDeploy = async () => {
  const folder = temporaryFolder();
  const root = join(folder.path, 'deploy');
  cpSync(join(REPOSITORY, 'deploy'), root, { recursive: true });
  const settings = await readFile(join(root, 'modelgraph.env.example'), 'utf8');
  await writeFile(join(root, 'modelgraph.env'), settings);
  await writeFile(join(root, 'cluster', 'modelgraph.env'), settings);
  await writeFile(join(root, 'cluster', 'metrics-key'), 'mg_a_b\n');
  const variables = await readFile(join(root, 'cluster', '.env.example'), 'utf8');
  await writeFile(join(root, 'cluster', '.env'), variables.replaceAll(/PASSWORD=$/gm, 'PASSWORD=secret'));
  return { root, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

interface ComposeService {
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly image?: string;
}

const readCompose = (text: string): Readonly<Record<string, ComposeService>> =>
  (parse(text, { merge: true }) as { readonly services: Record<string, ComposeService> }).services;

describe('The compose files', () => {
  for (const file of ['compose.yaml', 'cluster/compose.yaml'])
    it.skipIf(findProgram('docker-compose') === undefined)(
      named(`are taken by Compose: ${file}`, 'docker-compose'),
      async () => {
        await using copy = await copyDeploy();
        const path = join(copy.root, file);
        const { stdout } = await run('docker-compose', ['-f', path, 'config'], { cwd: join(path, '..') });
        expect(Object.keys(readCompose(stdout))).toEqual(
          Object.keys(readCompose(read(`deploy/${file}`))).toSorted(),
        );
      },
    );

  it('run servers from a root that cannot be written to, and wait for longer than a drain takes', () => {
    const services = ['compose.yaml', 'cluster/compose.yaml'].flatMap((file) =>
      Object.entries(readCompose(read(`deploy/${file}`))).filter(([name]) => name.startsWith('modelgraph')),
    );
    expect(services.length).toBe(4);
    for (const [name, service] of services) {
      expect(service.read_only, name).toBe(true);
      expect(service.volumes?.map((volume) => volume.replace(/^\w+:/, ''))).toEqual(image?.volumes);
      const graceMs = Number(service.environment?.['MODELGRAPH_SHUTDOWN_GRACE_MS'] ?? 10_000);
      expect(Number.parseInt(service.stop_grace_period ?? '0', 10) * 1_000).toBeGreaterThan(graceMs + 2_000);
    }
  });

  it('have a proxy that names its clients, as the limits of addresses need it', () => {
    expect(read('deploy/cluster/haproxy.cfg')).toMatch(/^defaults\n(?: .*\n)* {2}option forwardfor\n/m);
  });

  it('name a version of every image', () => {
    for (const [name, { image: used }] of Object.entries(readCompose(read('deploy/cluster/compose.yaml'))))
      expect(used, name).toMatch(name.startsWith('modelgraph') ? /^modelgraph$/ : /^docker\.io\/[^:]+:v?\d/);
  });

  it('set no variable that the server does not know', () => {
    const known: ReadonlySet<string> = new Set(VARIABLES.map(({ name }) => name));
    const services = readCompose(read('deploy/cluster/compose.yaml'));
    const set = Object.entries(services).flatMap(([name, { environment = {} }]) =>
      name.startsWith('modelgraph') ? Object.keys(environment) : [],
    );
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  it.skipIf(findProgram('haproxy') === undefined)(
    named('have a configuration that the proxy takes', 'haproxy'),
    async () => {
      await run(findProgram('haproxy') ?? '', ['-c', '-f', join(REPOSITORY, 'deploy/cluster/haproxy.cfg')]);
    },
  );

  it.skipIf(findProgram('promtool') === undefined)(
    named('have a configuration that Prometheus takes', 'promtool'),
    async () => {
      await using copy = await copyDeploy();
      const path = join(copy.root, 'cluster', 'prometheus.yaml');
      const text = await readFile(path, 'utf8');
      const key = join(copy.root, 'cluster', 'metrics-key');
      await writeFile(
        path,
        text.replace('/run/secrets/metrics_key', key).replace('/etc/prometheus/', join(copy.root, '/')),
      );
      await run('promtool', ['check', 'config', path]);
    },
  );
});

describe('The unit of systemd', () => {
  it.skipIf(findProgram('systemd-analyze') === undefined)(
    named('is taken by systemd', 'systemd-analyze'),
    async () => {
      await using copy = await copyDeploy();
      const path = join(copy.root, 'systemd', 'modelgraph.service');
      const text = await readFile(path, 'utf8');
      await writeFile(
        path,
        text
          .replace('/opt/modelgraph/node_modules/node/bin/node', process.execPath)
          .replaceAll('/opt/modelgraph', '/'),
      );
      const { stderr } = await run('systemd-analyze', ['verify', path]);
      expect(stderr.split('\n').filter((line) => line.includes('modelgraph.service'))).toEqual([]);
    },
  );

  it('keeps the compile cache in a folder that it may write to', () => {
    const unit = read('deploy/systemd/modelgraph.service');
    const [, folder] = /^CacheDirectory=(\S+)$/m.exec(unit) ?? [];
    expect(unit).toMatch(new RegExp(`^Environment=.* NODE_COMPILE_CACHE=/var/cache/${folder}$`, 'm'));
  });

  it('starts a file that there is', () => {
    const [, program, main] = /^ExecStart=\/opt\/modelgraph\/(\S+) (\S+)$/m.exec(
      read('deploy/systemd/modelgraph.service'),
    ) ?? ['', '', ''];
    expect(program).toBe('node_modules/node/bin/node');
    expect(read(main ?? '')).not.toBe('');
  });
});

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly replicas: number;
    readonly minAvailable: number;
    readonly selector: { readonly matchLabels?: object } & object;
    readonly ports: readonly { readonly targetPort: string }[];
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
        readonly containers: readonly {
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly env: readonly { readonly name: string; readonly value: string }[];
          readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
          readonly volumeMounts: readonly { readonly mountPath: string }[];
          readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
          readonly startupProbe: Probe;
          readonly livenessProbe: Probe;
          readonly readinessProbe: Probe;
        }[];
      };
    };
  };
}

describe('The manifest of Kubernetes', () => {
  const manifests = parseAllDocuments(read('deploy/kubernetes/modelgraph.yaml')).map(
    (document) => document.toJS() as Manifest,
  );
  const find = (kind: string): Manifest['spec'] => {
    const manifest = manifests.find((each) => each.kind === kind);
    if (manifest === undefined) throw new Error(`there is no ${kind}`);
    return manifest.spec;
  };
  const { template, replicas, selector } = find('Deployment');
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error('there is no container');

  it('asks for what a server answers, at the port that the image has', async () => {
    await using app = await startApp();
    const { startupProbe, livenessProbe, readinessProbe, ports } = container;
    expect(ports).toEqual([{ name: 'http', containerPort: port }]);
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      expect(httpGet.port).toBe('http');
      expect((await fetch(new URL(httpGet.path, app.url))).status).toBe(200);
    }
    expect(readinessProbe.httpGet.path).toBe('/health/ready');
    expect(livenessProbe.httpGet.path).toBe('/health/live');
  });

  it('runs the image as its user, from a root that cannot be written to, with its volume', () => {
    const { runAsUser, runAsGroup } = template.spec.securityContext;
    expect(`${runAsUser}:${runAsGroup}`).toBe(image?.user);
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(image?.volumes);
  });

  it('gives a server the time that its drain takes, and keeps enough of them', () => {
    const known: ReadonlySet<string> = new Set(VARIABLES.map(({ name }) => name));
    expect(container.env.filter(({ name }) => !known.has(name))).toEqual([]);
    const graceMs = Number(container.env.find(({ name }) => name === 'MODELGRAPH_SHUTDOWN_GRACE_MS')?.value);
    const pauseMs = container.lifecycle.preStop.sleep.seconds * 1_000;
    expect(template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(graceMs + pauseMs + 2_000);
    expect(find('PodDisruptionBudget').minAvailable).toBeLessThan(replicas);
  });

  it('selects the same servers everywhere', () => {
    const { labels } = template.metadata;
    expect(selector.matchLabels).toEqual(labels);
    expect(find('Service').selector).toEqual(labels);
    expect(find('PodDisruptionBudget').selector.matchLabels).toEqual(labels);
    expect(find('Service').ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });
});

describe('The dashboard', () => {
  it('is provisioned from a folder of the repository, with a data source that there is', () => {
    const [source] = (
      parse(read('deploy/cluster/grafana/provisioning/datasources/prometheus.yaml')) as {
        readonly datasources: readonly { readonly uid: string }[];
      }
    ).datasources;
    const files = readdirSync(join(REPOSITORY, 'deploy/cluster/grafana/dashboards'));
    expect(files).toEqual(['modelgraph.json']);
    const text = read('deploy/cluster/grafana/dashboards/modelgraph.json');
    const uids = [...text.matchAll(/"type": "prometheus",\s*"uid": "(\w+)"/g)].map(([, uid]) => uid);
    expect(new Set(uids)).toEqual(new Set([source?.uid]));
  });
});
