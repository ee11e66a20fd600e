import type { Plugin } from 'graphql-yoga';
import type { GenerationGuard } from '../core/generation-guard.ts';
import type { HttpContext } from './context.ts';

/**
 * A step of the server: hooks of graphql-yoga (over HTTP and SSE), of envelop (over all three transports), and of a guard
 * (for every request, however it comes).
 */
export type ServerPlugin = Plugin<object, HttpContext> & GenerationGuard;

/** Every hook that a plugin can have: a name that is not among them is misspelt, and would never be called. */
export const PLUGIN_HOOKS: ReadonlySet<string> = new Set([
  'afterGeneration',
  'beforeGeneration',
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
