import { readJsonFile } from '../read-json-file.ts';
import { type AccessContext, type ParsedAccess, parseAccess } from './parse-access.ts';

/** Reads the operator's rules for access. Problems are given, each with the file and the place in it. */
export const readAccessFile = async (context: AccessContext): Promise<ParsedAccess> => {
  const read = await readJsonFile(context.file);
  return 'problem' in read ? { policy: null, problems: [read.problem] } : parseAccess(read.value, context);
};
