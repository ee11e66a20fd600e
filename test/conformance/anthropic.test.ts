import { toComparable, toExpected } from '../providers/text/anthropic/oracle.ts';
import { describeRecordings } from './describe-recordings.ts';

describeRecordings('anthropic', () => ({
  // What is carried for the next turn never leaves the server.
  expected: (exchanges) => ({ ...toExpected(exchanges), carried: [] }),
  comparable: toComparable,
}));
