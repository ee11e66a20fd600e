import { describeRecordings } from './describe-recordings.ts';
import { openaiOracle } from './openai-oracle.ts';

describeRecordings('groq', { oracleOf: openaiOracle, toldRequests: 6 });
