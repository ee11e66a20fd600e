export type { SubscriptionRequest } from './event-position.ts';
export { findKeyedMutation, findOperation, type KeyedMutation } from './find-resumable-subscription.ts';
export { createResumableSubscriber, type ResumableSubscriber } from './subscribe-resumably.ts';
