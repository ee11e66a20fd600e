import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** No provider is called at the start. With a key, its SDK is loaded. */
const KEYS = ['OPENAI', 'ANTHROPIC', 'GEMINI', 'GROQ', 'DEEPSEEK', 'PERPLEXITY', 'XAI'].map(
  (vendor) => [`${vendor}_API_KEY`, 'none'] as const,
);

/**
 * Starts the server once and ends it by SIGTERM, so that the folder it is in has the compile cache that later starts use,
 * and an image that cannot start is not built. Gives the problem; null: there is none.
 */
const tryStart = async (): Promise<string | null> => {
  const server = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...Object.fromEntries(KEYS), PORT: '0', MODELGRAPH_DATA: 'memory' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  let problem: string | null = 'the server ended before it was ready';
  let failed: string | null = null;
  for await (const line of createInterface({ input: server.stdout })) {
    const { level, msg } = JSON.parse(line) as { readonly level: string; readonly msg: string };
    if (level === 'error') failed = line;
    if (msg.startsWith('Modelgraph is ready')) {
      problem = null;
      // The SDKs of the providers are being loaded, and are loaded whole before the process ends.
      server.kill('SIGTERM');
    }
  }
  const [code] = await exited;
  return failed ?? problem ?? (code === 0 ? null : `the server ended with ${String(code)} after SIGTERM`);
};

const problem = await tryStart();
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
