/* eslint-disable */
// Written by `npm run codegen` from ../documents.
import * as batchDocuments from './batch-documents.ts';
import * as documents from './documents.ts';

export const DOCUMENT_IDS: ReadonlyMap<string, string> = new Map([
  [String(batchDocuments.SUBMIT_BATCH), '8915b186b26cd767bdc097dc81511a9c3ff5ea8aa487022e22e647317afe073c'],
  [String(batchDocuments.BATCH), 'c588225fb580701d261b2b70567a52bec6e646a1f3ed3b7bbdcf2177ffe2fa32'],
  [String(batchDocuments.BATCHES), 'a71ebddbfb91b34c15fa234a27e02a96304632c9798ad2a19a81092705024a7c'],
  [String(batchDocuments.BATCH_ITEMS), '71de3fdf492d13eb86edf1e18ac6237e54560c9236e945921e0d7374836bc320'],
  [String(batchDocuments.CANCEL_BATCH), '77a509b0f6e5ab3654888841e25befa58d7b36bbbd43068a9f12a7993c85a0d0'],
  [String(batchDocuments.BATCH_UPDATED), '9a58637682146a3ea74ad0061eec016132fa4caa2cc0c3cad127df7071b21419'],
  [String(documents.MODELS), '3e6bb5f238b99a70d0922eb4cadae0f72bcca0f903861502992cc83506ed2c4c'],
  [String(documents.MODEL), '1b304fd7296fc36130b6889ab51b43180d0aaed5e39985836311d9f009be3aae'],
  [String(documents.PROVIDERS), '663ad201cda217b8418d7848f3f8cef9b550ed5f141d1496c18bd6549daf702a'],
  [String(documents.GENERATE), 'cccd9f147cbfd6b8556dd3566b7715f644ea3e1dde0ee818e476e408b23ae730'],
  [String(documents.GENERATION_EVENTS), 'eabd894e89f8b167fe8ac42abc809ae92f6cd562438d631757d5a0ddbfadb946'],
  [String(documents.GENERATION), '4ad36cf90ccdbd25edd5f43c786edfde40287b102741f4dea67142034b121721'],
  [String(documents.GENERATIONS), '0aa119529f3de7085ca865b5460d9afbf2a1fbcc6d0a0e5046962f97066484cb'],
  [String(documents.CANCEL_GENERATION), '4dff476a3b8a2aae237db244a53bb698f5d643cc43ce5188b77792eb6c68a08c'],
  [String(documents.SUBMIT_TOOL_RESULTS), '91d4da505703a4ba35c56c328f4ce7c788aeb13426bc6579eea46f7c96ec23df'],
  [String(documents.PREVIEW_GENERATION), '1db8d73fc7f5584c479f9ab2e87bb882000cd2406f023e2c46dfb150a2ff20d0'],
]);
