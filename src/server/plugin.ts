import type { Plugin } from 'graphql-yoga';
import type { HttpContext } from './context.ts';

/** A step of the server: hooks of graphql-yoga (over HTTP and SSE) and of envelop (over all three transports). */
export type ServerPlugin = Plugin<object, HttpContext>;

/** Every hook that a plugin can have: a name that is not among them is misspelt, and would never be called. */
export const PLUGIN_HOOKS: ReadonlySet<string> = new Set([
  'instrumentation',
  'onContextBuilding',
  'onDispose',
  'onEnveloped',
  'onExecute',
  'onExecutionResult',
  'onParams',
  'onParse',
  'onPluginInit',
  'onRequest',
  'onRequestParse',
  'onResponse',
  'onResultProcess',
  'onSchemaChange',
  'onSubscribe',
  'onValidate',
  'onYogaInit',
] satisfies (keyof ServerPlugin)[]);
