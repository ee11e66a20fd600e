import { oracle, toComparable } from '../providers/text/gemini/oracle.ts';
import { describeRecordings } from './describe-recordings.ts';

describeRecordings('gemini', () => ({
  // What is carried for the next turn never leaves the server.
  expected: ([exchange]) => ({ ...oracle(exchange?.payloads ?? []), textSignatures: [] }),
  comparable: toComparable,
}));
