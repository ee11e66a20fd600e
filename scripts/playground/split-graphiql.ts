import { readTopLevel, type Statement } from './top-level.ts';

/**
 * Parts of Monaco that the playground has no use for, by the statement that registers each: what they need is left out
 * with them. A statement that is not found stops the build.
 */
const UNUSED = [
  'pi(nv.ID,', // an anchor for selections
  'VF=Kjt(', // lenses over code
  'pi(p2.ID,', // colours in text
  'pi(bH.ID,', // colours in text
  'Lx=Vue=x7e(', // a picker of colours
  'E2=que=MGt(', // text and files that are dropped
  'pi(yH.ID,', // selections that are dragged, ways to paste
  'pi(qh.ID,', // completions within the line
  'pi(B2.ID,', // values that are counted up
  'se("editor.linkedEditingBackground"', // tags that are edited in pairs
  'Ke(UZt),', // edits within the line
  'pi(Pb.ID,', // edits within the line
  'pi(pv.ID,', // new names
  'pi(S$.ID,', // headers in the map of the text
  'E$=VJt(', // tokens by meaning
  'pi(Rb.ID,', // lines that stay at the top
  'Ke(Bx),Ke(RO)', // characters that look alike
  'N$=ben(', // unusual ends of lines
  'pi(FO.ID,', // a view of tokens
  'vs(Izt),', // the editor of differences
  'for(const n of[{icon:Je.arrowRight', // the editor of differences
  'vs(Nzt),', // the editor of differences
];

/** Functions of Monaco that open editors of differences. */
const UNUSED_FUNCTIONS = ['V$t', 'W$t'];

const isUnused = ({ source }: Statement): boolean => UNUSED.some((start) => source.startsWith(start));

/** GraphQL Yoga gives GraphiQL its explorer alone: the panel of earlier queries comes back beside it. */
const PLUGINS = ['plugins:[r],schemaDescription', 'plugins:[r,ODe],schemaDescription'] as const;

/**
 * GraphiQL reads which operations a text has 100 ms after it has changed, and a text that is run before is sent with the
 * name of an operation of the text before it. A text that is replaced as a whole, as that of another tab, is read at once.
 */
const FACTS = [
  'kn=[Tt.onDidChangeContent(nn),',
  'kn=[Tt.onDidChangeContent(({isFlush})=>{isFlush&&Y(zt)}),Tt.onDidChangeContent(nn),',
] as const;

const HISTORY_PLUGIN = 'const ODe={title:"History"';

/** What the program loads when it is asked to format: `Promise.resolve().then(()=>name)`. */
const FORMATTER = ['T2e', '$wt', 'zwt', 'lLt', 'cLt'];

const toPromise = (name: string): string => `Promise.resolve().then(()=>${name})`;

/** Names and statements that can be reached from some statements. */
class Reach {
  readonly names = new Set<string>();
  readonly statements = new Set<Statement>();
  readonly #declaring: ReadonlyMap<string, Statement>;
  readonly #shaping: ReadonlyMap<string, readonly Statement[]>;

  constructor(all: readonly Statement[]) {
    this.#declaring = new Map(all.flatMap((statement) => statement.names.map((name) => [name, statement])));
    const shaping = new Map<string, Statement[]>();
    for (const statement of all)
      for (const name of statement.shapes) shaping.set(name, [...(shaping.get(name) ?? []), statement]);
    this.#shaping = shaping;
  }

  add(from: readonly Statement[], names: readonly string[] = []): this {
    const left = [...names];
    const take = (statement: Statement): void => {
      if (this.statements.has(statement)) return;
      this.statements.add(statement);
      left.push(...statement.names, ...statement.uses);
    };
    from.forEach(take);
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (this.names.has(name)) continue;
      this.names.add(name);
      const declaring = this.#declaring.get(name);
      if (declaring !== undefined) take(declaring);
      this.#shaping.get(name)?.forEach(take);
    }
    return this;
  }
}

const usesSome = ({ uses }: Statement, names: ReadonlySet<string>): boolean =>
  [...uses].some((name) => names.has(name));

interface Parts {
  readonly main: ReadonlySet<Statement>;
  readonly formatter: readonly Statement[];
}

/** What only the formatter needs, apart from everything else. What neither needs is left out. */
const partition = (all: readonly Statement[]): Parts => {
  const effects = all.filter(
    (statement) => statement.names.length === 0 && statement.shapes.length === 0 && !isUnused(statement),
  );
  let own: ReadonlySet<string> = new Reach(all).add([], FORMATTER).names;
  for (;;) {
    const before = own;
    const main = new Reach(all).add(effects.filter((effect) => !usesSome(effect, before)));
    const formatter = new Reach(all).add(
      effects.filter((effect) => usesSome(effect, before)),
      FORMATTER,
    );
    own = new Set([...formatter.names].filter((name) => !main.names.has(name)));
    if (own.size === before.size)
      return {
        main: main.statements,
        formatter: all.filter(
          (statement) => formatter.statements.has(statement) && !main.statements.has(statement),
        ),
      };
  }
};

const join = (statements: readonly Statement[]): string =>
  statements.map(({ source }) => `${source.replace(/;$/, '')};`).join('\n');

const checkKnown = (source: string, all: readonly Statement[]): void => {
  const missing = [
    ...UNUSED.filter((start) => !all.some((statement) => statement.source.startsWith(start))),
    ...[PLUGINS[0], FACTS[0], HISTORY_PLUGIN].filter((text) => !source.includes(text)),
  ];
  if (missing.length > 0)
    throw new Error(
      `@graphql-yoga/render-graphiql has changed: it has no ${missing.join(' or ')}. Find anew what is changed in it, in scripts/playground/split-graphiql.ts.`,
    );
};

const withoutBody = (statement: Statement): Statement => {
  const name = UNUSED_FUNCTIONS.find((unused) => statement.names.includes(unused));
  return name === undefined
    ? statement
    : { ...statement, source: `function ${name}(){throw new Error("left out")}`, uses: new Set() };
};

export interface GraphiqlPrograms {
  /** A module, which finds the others beside it. */
  readonly main: (names: {
    readonly formatter: string;
    readonly workers: Readonly<Record<string, string>>;
  }) => string;
  /** A module that gives a function of the names that it shares with the other. */
  readonly formatter: string;
}

/**
 * GraphiQL's program as two modules: all that the page shows, and the formatter, which is loaded when a text is
 * formatted. Parts of Monaco that the playground has no use for are left out.
 */
export const splitGraphiql = (original: string): GraphiqlPrograms => {
  const source = original.replace(...PLUGINS).replace(...FACTS);
  const all = readTopLevel(source, new Set(FORMATTER)).map(withoutBody);
  checkKnown(original, all);
  const { main, formatter } = partition(all);
  const own = new Set(formatter.flatMap(({ names }) => names));
  const shared = [...new Set(formatter.flatMap(({ uses }) => [...uses]))].filter((name) => !own.has(name));
  const replaceLoads = (text: string): string =>
    FORMATTER.reduce(
      (changed, name) => changed.replaceAll(toPromise(name), `loadFormatter().then(m=>m.${name})`),
      text,
    );
  const statements = all.filter(
    (statement) => main.has(statement) || statement.names.some((name) => shared.includes(name)),
  );
  return {
    main: (names) =>
      [
        'const uo={};',
        `const workers=${JSON.stringify(names.workers)};`,
        'self.MonacoEnvironment={globalAPI:false,getWorkerUrl:(_,label)=>new URL(workers[label],import.meta.url).href};',
        `let formatterLoad;const loadFormatter=()=>formatterLoad??=import("./${names.formatter}").then(m=>m.default({${shared.join()}}));`,
        replaceLoads(join(statements)),
        'uo.renderYogaGraphiQL(document.querySelector("#root"),JSON.parse(document.querySelector("#graphiql-options").textContent));',
      ].join('\n'),
    formatter: `export default ({${shared.join()}})=>{\n${join(formatter)}\nreturn {${FORMATTER.join()}}};`,
  };
};
