import { createElement, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { App, useModelNames, useMyChat } from 'recipe:react';
import { type PageProgram, type PageState, runPage } from './page-program.ts';

const STATUS = { streaming: 'running', done: 'completed', stopped: 'cancelled', failed: 'failed' } as const;

/** Shows the last answer of the chat. */
const createProgram = (state: PageState): PageProgram => {
  let chat: ReturnType<typeof useMyChat> | undefined;
  let setModel: (model: string) => void = () => undefined;
  const { promise: names, resolve: setNames } = Promise.withResolvers<string[]>();
  const Chat = (): null => {
    const [model, set] = useState<string>();
    setModel = set;
    const found = useModelNames();
    if (found !== undefined && found.length > 0) setNames([...found]);
    chat = useMyChat(model);
    const { messages, error } = chat;
    useEffect(() => {
      const answer = messages.findLast(({ role }) => role === 'assistant');
      if (answer !== undefined) {
        state.text = answer.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
        state.generationId = answer.metadata.generationId;
        state.toolCalls = answer.parts.filter((part) => part.type === 'tool').length;
        state.status = STATUS[answer.status];
        state.error = answer.metadata.error;
      }
      if (error !== undefined) state.error = { code: error.code, message: error.message };
      if (error !== undefined && state.generationId === undefined) state.status = 'refused';
    }, [messages, error]);
    return null;
  };
  const root = document.querySelector('#root');
  if (root === null) throw new Error('The page has no root.');
  createRoot(root).render(createElement(StrictMode, null, createElement(App, null, createElement(Chat))));
  return {
    models: () => names,
    start: (text, { model } = {}) => {
      if (model === undefined) return void chat?.send({ text });
      setModel(model);
      requestAnimationFrame(() => requestAnimationFrame(() => void chat?.send({ text })));
    },
    // The hook has done so already.
    resume: () => undefined,
    stop: async () => {
      await chat?.stop();
    },
  };
};

runPage(createProgram);
