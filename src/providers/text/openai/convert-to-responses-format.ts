export {
  convertToResponsesFormat,
  type ResponsesFormat,
} from '../openai-compatible/convert-to-responses-format.ts';
