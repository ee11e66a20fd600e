import { createListModels } from '../openai-compatible/list-models.ts';
import { DEEPSEEK } from './dialect.ts';

export const listModels = createListModels(DEEPSEEK);
