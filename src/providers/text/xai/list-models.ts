import { createListModels } from '../openai-compatible/list-models.ts';
import { XAI } from './dialect.ts';

export const listModels = createListModels(XAI);
