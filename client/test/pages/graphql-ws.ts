import * as recipe from 'recipe:graphql-ws';
import { runRecipePage } from './run-event-page.ts';

runRecipePage(recipe);
