import { createListModels } from '../openai-compatible/list-models.ts';
import { GROQ } from './dialect.ts';

export const listModels = createListModels(GROQ);
