/* eslint-disable */
// Written by `npm run codegen` from ../documents.
import { joinDocument } from '../join-document.ts';
import type { TypedDocument } from '../modelgraph.ts';
import type { SubmitBatchMutation, SubmitBatchMutationVariables, BatchQuery, BatchQueryVariables, BatchesQuery, BatchesQueryVariables, BatchItemsQuery, BatchItemsQueryVariables, CancelBatchMutation, CancelBatchMutationVariables, BatchUpdatedSubscription, BatchUpdatedSubscriptionVariables } from './operations.ts';

const MODEL_REF = "fragment ModelRef on Model{id name displayName provider{id name displayName}}";
const USAGE_FIELDS = "fragment UsageFields on Usage{inputTokens outputTokens totalTokens cacheReadTokens cacheWriteTokens reasoningTokens audioInputTokens source}";
const COST_FIELDS = "fragment CostFields on Cost{currency total input output cacheRead cacheWrite source effectiveDate serviceTier toolFees{tool count amount}}";
const ERROR_FIELDS = "fragment ErrorFields on GenerationError{code message provider providerStatus retryAfterMs retryable}";
const WARNING_FIELDS = "fragment WarningFields on Warning{code message path from to}";
const BATCH_FIELDS = "fragment BatchFields on Batch{id displayName status mode model{...ModelRef}counts{total pending succeeded failed cancelled expired}usage{...UsageFields}cost{...CostFields}error{...ErrorFields}warnings{...WarningFields}providerBatchIds metadata createdAt submittedAt completedAt expiresAt}";
const TOOL_CALL_FIELDS = "fragment ToolCallFields on ToolCall{callId name arguments builtIn result signature}";
const CITATION_FIELDS = "fragment CitationFields on Citation{url title snippet startIndex endIndex}";
const MEDIA_FIELDS = "fragment MediaFields on MediaInfo{mediaType url bytes}";
const MESSAGE_FIELDS = "fragment MessageFields on Message{system user{text image{...MediaFields}audio{...MediaFields}file{...MediaFields}}assistant{reasoning{provider text signature}text toolCalls{...ToolCallFields}}tool{callId output isError}}";
export const SUBMIT_BATCH: TypedDocument<SubmitBatchMutation, SubmitBatchMutationVariables> = /* @__PURE__ */ joinDocument("mutation SubmitBatch($input:SubmitBatchInput!){submitBatch(input:$input){...BatchFields}}", MODEL_REF, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS, WARNING_FIELDS, BATCH_FIELDS);
export const BATCH: TypedDocument<BatchQuery, BatchQueryVariables> = /* @__PURE__ */ joinDocument("query Batch($id:ID!){batch(id:$id){...BatchFields}}", MODEL_REF, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS, WARNING_FIELDS, BATCH_FIELDS);
export const BATCHES: TypedDocument<BatchesQuery, BatchesQueryVariables> = /* @__PURE__ */ joinDocument("query Batches($first:Int$after:String){batches(first:$first after:$after){nodes{...BatchFields}totalCount pageInfo{endCursor hasNextPage}}}", MODEL_REF, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS, WARNING_FIELDS, BATCH_FIELDS);
export const BATCH_ITEMS: TypedDocument<BatchItemsQuery, BatchItemsQueryVariables> = /* @__PURE__ */ joinDocument("query BatchItems($id:ID!$first:Int$after:String){batch(id:$id){items(first:$first after:$after){nodes{id customId index status text reasoning output outputViolations{path message}toolCalls{...ToolCallFields}citations{...CitationFields}messages{...MessageFields}warnings{...WarningFields}usage{...UsageFields}cost{...CostFields}finishReason rawFinishReason error{...ErrorFields}metadata}totalCount pageInfo{endCursor hasNextPage}}}}", TOOL_CALL_FIELDS, CITATION_FIELDS, MEDIA_FIELDS, MESSAGE_FIELDS, WARNING_FIELDS, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS);
export const CANCEL_BATCH: TypedDocument<CancelBatchMutation, CancelBatchMutationVariables> = /* @__PURE__ */ joinDocument("mutation CancelBatch($id:ID!){cancelBatch(id:$id){...BatchFields}}", MODEL_REF, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS, WARNING_FIELDS, BATCH_FIELDS);
export const BATCH_UPDATED: TypedDocument<BatchUpdatedSubscription, BatchUpdatedSubscriptionVariables> = /* @__PURE__ */ joinDocument("subscription BatchUpdated($id:ID!){batchUpdated(id:$id){...BatchFields}}", MODEL_REF, USAGE_FIELDS, COST_FIELDS, ERROR_FIELDS, WARNING_FIELDS, BATCH_FIELDS);
