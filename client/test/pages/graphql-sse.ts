import * as recipe from 'recipe:graphql-sse';
import { runRecipePage } from './run-event-page.ts';

runRecipePage(recipe);
