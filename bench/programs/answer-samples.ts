import { answerParent } from './answer-parent.ts';

// Imported before a program that has no code for measurements. The channel must not keep the program running.
answerParent({});
process.channel?.unref();
