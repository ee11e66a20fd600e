/** What a page shows of the generation it reads. */
export interface PageState {
  status: 'idle' | 'running' | 'completed' | 'failed' | 'cancelled' | 'refused';
  text: string;
  generationId?: string | undefined;
  /** Of a refusal or a failure. */
  error?: { code: string; message: string } | undefined;
  /** Calls of the tool that the page has answered. */
  toolCalls: number;
}

/** What every page can do, with whichever client. */
export interface PageProgram {
  /** Names of the models. */
  models(): Promise<string[]>;
  /** Begins to generate; what comes is shown by the state. */
  start(prompt: string, options?: { model?: string; tools?: boolean }): void;
  /** After a reload: goes on with what was begun before. */
  resume(): void;
  stop(): Promise<void>;
}

declare global {
  var serverUrl: string;
  var transportName: 'auto' | 'websocket' | 'sse';
  var state: PageState;
  var program: PageProgram;
}

/** Runs a program against the server that the address of the page names. */
export const runPage = (create: (state: PageState) => PageProgram): void => {
  globalThis.state = { status: 'idle', text: '', toolCalls: 0 };
  globalThis.program = create(globalThis.state);
};

export const WEATHER_TOOL = {
  function: { name: 'get_weather', description: 'The weather of a city.', parameters: { type: 'object' } },
};

export const toInput = (prompt: string, { model = 'toy', tools = false } = {}) => ({
  model,
  prompt,
  ...(tools && { tools: [WEATHER_TOOL] }),
});

/** What the page's tool answers. */
export const weatherOf = (args: unknown): { degrees: number; asked: unknown } => ({
  degrees: 21,
  asked: args,
});
