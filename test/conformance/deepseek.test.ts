import { describeRecordings } from './describe-recordings.ts';
import { openaiOracle } from './openai-oracle.ts';

describeRecordings('deepseek', { oracleOf: openaiOracle, toldRequests: 1 });
