#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The major version of Node without which nothing here runs. */
const LEAST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
  process.stderr.write(
    `Modelgraph needs Node ${LEAST_NODE} or newer, and this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else {
  // Node keeps what it makes of sources that are imported from here on: later starts take two thirds of the work.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));
  const { runProgram } = await import('../cli/run.ts');
  process.exitCode = await runProgram(process.argv.slice(2));
}
