import type { ToolPart } from 'modelgraph-client';
import { memo } from 'react';
import { Icon } from '../icon.tsx';
import { showDirectionControls } from '../markdown/plain-text.ts';

const STATE = { streaming: 'being written', ready: 'running', answered: 'answered' } as const;
const SHORT = 80;

const toJson = (value: unknown): string => showDirectionControls(JSON.stringify(value, null, 2) ?? '');

/** On one line; the whole of it is in the fold. */
const toLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SHORT ? `${line.slice(0, SHORT)}…` : line;
};

export const ToolCall = memo(({ call }: { readonly call: ToolPart }) => {
  const { name, state, isError = false, output, argumentsText } = call;
  const given = call.arguments === undefined ? showDirectionControls(argumentsText) : toJson(call.arguments);
  const said = isError ? 'failed' : STATE[state];
  return (
    <details className={`fold tool${isError ? ' is-error' : ''}`}>
      <summary>
        <Icon name="tool" />
        <code>{name}</code>
        <span className="tool-line">{toLine(state === 'answered' ? toJson(output) : given)}</span>
        <span className={`tool-state${state === 'answered' ? '' : ' shimmer'}`}>{said}</span>
      </summary>
      <div className="fold-body">
        <h3>Arguments</h3>
        <pre tabIndex={0}>{given}</pre>
        {state === 'answered' && (
          <>
            <h3>{isError ? 'Error' : 'Result'}</h3>
            <pre tabIndex={0}>{toJson(output)}</pre>
          </>
        )}
      </div>
    </details>
  );
});
