export {
  convertToResponsesFormat,
  type ResponsesFormat,
} from '../../openai-compatible/responses/convert-to-responses-format.ts';
