import { answerParent } from './answer-parent.ts';

// Imported before a program that knows nothing of being measured, and must not keep it from ending.
answerParent({});
process.channel?.unref();
