import { chatOracle, responsesOracle, toComparable } from '../providers/text/openai/oracle.ts';
import { describeRecordings } from './describe-recordings.ts';

describeRecordings('xai', ({ apiType }) => ({
  comparable: toComparable,
  expected: ([exchange, ...others]) => {
    if (exchange === undefined || others.length > 0) throw new Error('one turn is one exchange');
    return apiType === 'chat_completion' ? chatOracle(exchange) : responsesOracle(exchange);
  },
}));
