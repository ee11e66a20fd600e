import { createElement, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { type ChatMessage, useModelgraphChat } from 'recipe:ai-sdk';
import { createModelgraph } from '../../src/index.ts';
import { type PageProgram, type PageState, runPage } from './page-program.ts';
import { toCodedError } from './run-event-page.ts';

const MESSAGES = 'messages';
const read = (): ChatMessage[] => JSON.parse(sessionStorage.getItem(MESSAGES) ?? '[]') as ChatMessage[];

const textOf = ({ parts }: ChatMessage): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

const toStatus = (status: string, shown: PageState, answer: ChatMessage | undefined): PageState['status'] => {
  if (status === 'error') return answer === undefined ? 'refused' : 'failed';
  if (status !== 'ready' || answer === undefined) return answer === undefined ? 'idle' : 'running';
  if (shown.status === 'cancelled') return 'cancelled';
  return answer.metadata?.finishReason === undefined ? 'running' : 'completed';
};

/** The page keeps its messages as an application does, and shows the last answer. */
const createProgram = (state: PageState): PageProgram => {
  let chat: ReturnType<typeof useModelgraphChat> | undefined;
  const Chat = (): null => {
    const [initial] = useState(read);
    chat = useModelgraphChat('chat-1', initial);
    const { messages, status, error } = chat;
    useEffect(() => {
      sessionStorage.setItem(MESSAGES, JSON.stringify(messages));
      const answer = messages.findLast(({ role }) => role === 'assistant');
      state.text = answer === undefined ? '' : textOf(answer);
      state.generationId = answer?.metadata?.generationId ?? state.generationId;
      state.toolCalls = (answer?.parts ?? []).filter(
        (part) => 'state' in part && part.state === 'output-available',
      ).length;
      state.status = toStatus(status, state, answer);
      if (error !== undefined) state.error = answer?.metadata?.error ?? toCodedError(error);
    }, [messages, status, error]);
    return null;
  };
  const root = document.querySelector('#root');
  if (root === null) throw new Error('The page has no root.');
  createRoot(root).render(createElement(Chat));
  return {
    models: async () => {
      const models = await createModelgraph({ url: globalThis.serverUrl }).models();
      return models.map(({ name }) => name);
    },
    start: (text, { model } = {}) => {
      void chat?.sendMessage({ text }, { body: { model } });
    },
    // `resume: true` has done so already.
    resume: () => undefined,
    stop: async () => {
      await chat?.stop();
      state.status = 'cancelled';
    },
  };
};

runPage(createProgram);
