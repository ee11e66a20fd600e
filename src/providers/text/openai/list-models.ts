import { createListModels } from '../openai-compatible/list-models.ts';
import { OPENAI } from './dialect.ts';

export const listModels = createListModels(OPENAI);
