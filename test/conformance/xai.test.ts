import { describeRecordings } from './describe-recordings.ts';
import { openaiOracle } from './openai-oracle.ts';

describeRecordings('xai', { oracleOf: openaiOracle, toldRequests: 2 });
