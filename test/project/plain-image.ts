import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DockerfileParser, type Instruction, type JSONInstruction } from 'dockerfile-ast';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The user that an image's steps name; on a machine where the tests are not root, the user of the tests in its place. */
export interface User {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Step {
  readonly keyword: string;
  /** As it is written, lines joined. */
  readonly text: string;
  /** The words of its JSON form; null: it has none. */
  readonly words: readonly string[] | null;
  readonly flags: Readonly<Record<string, string | null>>;
  readonly parameters: readonly string[];
}

export interface Stage {
  readonly name: string | null;
  readonly image: string;
  readonly steps: readonly Step[];
}

const takesFlags = (instruction: Instruction): instruction is JSONInstruction => 'getFlags' in instruction;

const toStep = (instruction: Instruction): Step => {
  const flags = takesFlags(instruction) ? instruction.getFlags() : [];
  const text = instruction.getRawArgumentsContent()?.replaceAll(/\\\n\s*/g, '') ?? '';
  const json = /^(?:CMD )?(\[.*\])$/.exec(text)?.[1];
  return {
    keyword: instruction.getKeyword(),
    text,
    words: json === undefined ? null : (JSON.parse(json) as string[]),
    flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue()])),
    parameters: instruction
      .getArguments()
      .map((argument) => argument.getValue())
      .filter((argument) => !argument.startsWith('--')),
  };
};

/** The stages of a Containerfile with their steps, in their order. */
export const readStages = (text: string): readonly Stage[] => {
  const file = DockerfileParser.parse(text);
  const stages: { name: string | null; image: string; steps: Step[] }[] = [];
  for (const instruction of file.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const [image = '', , name = null] = instruction.getArguments().map((argument) => argument.getValue());
      stages.push({ name, image, steps: [] });
    } else stages.at(-1)?.steps.push(toStep(instruction));
  }
  return stages;
};

/** A variable and its value, which may have an equals sign itself. */
const toPair = (text: string): [name: string, value: string] => {
  const [name = '', ...value] = text.split('=');
  return [name, value.join('=')];
};

/** What the last stage sets: the value of a variable, the words of a command, the user. */
export const readSettings = ({ steps }: Stage) => {
  const last = (keyword: string): Step | undefined => steps.findLast((step) => step.keyword === keyword);
  const environment = Object.fromEntries(
    steps.filter(({ keyword }) => keyword === 'ENV').flatMap(({ parameters }) => parameters.map(toPair)),
  );
  return {
    environment,
    entrypoint: last('ENTRYPOINT')?.words ?? [],
    user: last('USER')?.parameters[0] ?? 'root',
    volumes: steps.filter(({ keyword }) => keyword === 'VOLUME').flatMap(({ parameters }) => parameters),
    port: last('EXPOSE')?.parameters[0] ?? '',
    stopSignal: last('STOPSIGNAL')?.parameters[0] ?? '',
    healthCheck: last('HEALTHCHECK')?.words ?? [],
  };
};

const toUser = (name: string): User => {
  const [uid = 0, gid = 0] = name.split(':').map(Number);
  return process.getuid?.() === 0 ? { uid, gid } : {};
};

const run = promisify(execFile);

/** Does one `COPY` between two roots: paths of the image are paths below its folder. */
const copy = async (from: string, root: string, workdir: string, step: Step): Promise<void> => {
  const paths = [...step.parameters];
  const to = paths.pop() ?? '';
  const target = join(root, to.startsWith('/') ? to : join(workdir, to));
  for (const path of paths) {
    const source = join(from, path);
    const isFolder = (await stat(source)).isDirectory();
    const isInto = !isFolder && (to.endsWith('/') || paths.length > 1);
    const into = isInto ? join(target, basename(path)) : target;
    await mkdir(join(into, '..'), { recursive: true });
    await cp(source, into, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (each) => relative(ROOT, each).startsWith('..') || basename(each) !== 'node_modules',
    });
    const owner = step.flags['chown'];
    const { uid, gid } = toUser(owner ?? '0:0');
    if (typeof owner === 'string' && uid !== undefined)
      await run('chown', ['-R', `${uid}:${gid ?? 0}`, into]);
  }
};

/** Does the steps of one stage; `rootOf` gives the folder of another one. */
const buildStage = async (
  { name, steps }: Stage,
  rootOf: (stage: string | null) => string,
): Promise<void> => {
  const root = rootOf(name);
  let workdir = '/';
  let user: User = {};
  for (const step of steps) {
    if (step.keyword === 'WORKDIR') workdir = step.parameters[0] ?? '/';
    await mkdir(join(root, workdir), { recursive: true });
    if (step.keyword === 'USER') user = toUser(step.parameters[0] ?? 'root');
    if (step.keyword === 'COPY') {
      const { from } = step.flags;
      await copy(typeof from === 'string' ? rootOf(from) : ROOT, root, workdir, step);
    }
    if (step.keyword === 'RUN')
      await run('/bin/sh', ['-c', step.text], {
        cwd: join(root, workdir),
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], npm_config_prefer_offline: 'true' },
        maxBuffer: 64 * 1024 * 1024,
        ...user,
      });
  }
};

/** A folder with the files of an image, as its steps make them. Paths of the image are paths below it. */
export interface PlainImage extends AsyncDisposable {
  readonly root: string;
  readonly settings: ReturnType<typeof readSettings>;
  /** The words of a command of the image as this machine runs it: by the image's user, in the folder. */
  toCommand(words: readonly string[]): readonly [program: string, ...parameters: string[]];
}

/**
 * Does the steps of a Containerfile in plain folders, one for each stage: what a container engine would do, except for the
 * base images. The programs of this machine stand in for those of the first stage's base. Nothing below `/app` of the
 * result can be written to.
 */
export const buildPlainImage = async (file: string): Promise<PlainImage> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelgraph-image-'));
  await chmod(folder, 0o755);
  const rootOf = (stage: string | null): string => join(folder, stage ?? 'image');
  const remove = async (): Promise<void> => {
    await run('chmod', ['-R', 'u+w', folder]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const stages = readStages(await readFile(join(ROOT, file), 'utf8'));
    for (const stage of stages) await buildStage(stage, rootOf);
    const [last] = stages.slice(-1);
    if (last === undefined) throw new Error('the file has no stage');
    const root = rootOf(null);
    await run('chmod', ['-R', 'a-w', join(root, 'app')]);
    const settings = readSettings(last);
    const { uid, gid } = toUser(settings.user);
    return {
      root,
      settings,
      toCommand: ([program = '', ...parameters]) => {
        const command = [
          join(root, program),
          ...parameters.map((word) => (word.startsWith('/app/') ? join(root, word) : word)),
        ] as const;
        return uid === undefined
          ? [command[0], ...command.slice(1)]
          : ['setpriv', `--reuid=${uid}`, `--regid=${gid ?? uid}`, '--clear-groups', ...command];
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** The files below a folder that match, by their paths in it. */
export const findFiles = async (root: string, matches: RegExp): Promise<readonly string[]> =>
  (await readdir(root, { recursive: true })).filter((path) => matches.test(path));

/** The bytes of all files below a folder. */
export const sizeOfFolder = async (root: string): Promise<number> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};
