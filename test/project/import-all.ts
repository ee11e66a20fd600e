// Run as a process of its own, with the modules to import as arguments: imports each and reports, on descriptor 3, what
// their loading did. Ends by itself only if none of them keeps the process alive.
import { closeSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ImportReport {
  readonly imported: number;
  /** Which of the modules read a variable of the environment, and which. */
  readonly environmentReads: readonly string[];
  /** Resources that hold the event loop, by the module after whose import they were first seen. */
  readonly open: readonly string[];
}

const HERE = fileURLToPath(import.meta.url);

/** The nearest source file on the stack that is neither Node's nor this one. */
const findReader = (): string | undefined =>
  new Error('read').stack
    ?.split('\n')
    .map((line) => line.match(/(?:file:\/\/)?(\/[^():]+):\d+:\d+\)?$/)?.[1])
    .find((path) => path !== undefined && path !== HERE);

const watchEnvironment = (isOurs: (path: string) => boolean): readonly string[] => {
  const reads: string[] = [];
  const note = (what: string): void => {
    const reader = findReader();
    if (reader !== undefined && isOurs(reader)) reads.push(`${reader} reads ${what}`);
  };
  const environment = new Proxy(process.env, {
    get: (target, name, receiver) => {
      note(String(name));
      return Reflect.get(target, name, receiver);
    },
    has: (target, name) => {
      note(String(name));
      return Reflect.has(target, name);
    },
    ownKeys: (target) => {
      note('all variables');
      return Reflect.ownKeys(target);
    },
  });
  Object.defineProperty(process, 'env', { value: environment });
  return reads;
};

// What an import itself leaves for a moment, and this process's own standard streams: they appear when they are first
// looked at, as packages do that ask for colours.
const NO_RESOURCE = /^(Immediate|FSReq|PipeWrap|TTYWrap)/;

const settledResources = async (): Promise<readonly string[]> => {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  return process.getActiveResourcesInfo().filter((name) => !NO_RESOURCE.test(name));
};

if (import.meta.main) {
  const modules = process.argv.slice(2);
  const environmentReads = watchEnvironment((path) => modules.includes(path));
  const open: string[] = [];
  let known = (await settledResources()).length;
  for (const path of modules) {
    await import(path);
    const resources = await settledResources();
    if (resources.length > known) open.push(`${path} opens ${resources.slice(known).join(', ')}`);
    known = Math.max(known, resources.length);
  }
  const report: ImportReport = { imported: modules.length, environmentReads, open };
  writeSync(3, JSON.stringify(report));
  // Whoever reads it need not wait for the end, which may not come.
  closeSync(3);
}
