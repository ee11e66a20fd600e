import type { Settings } from '../config/settings.ts';
import type { ServiceLog } from './core/service-log.ts';
import type { Webhooks, WebhookTiming } from './services/webhooks/webhooks.ts';
import type { Db } from './stores/db/db.ts';

/** null: no receiver is set. */
export const createWebhooks = async (
  { webhook }: Settings,
  { db, nodeId, log, timing }: { db: Db; nodeId: string; log: ServiceLog; timing: Partial<WebhookTiming> },
): Promise<Webhooks | null> => {
  if (webhook === null) return null;
  // Loaded where they are wanted, as PostgreSQL is.
  const { WEBHOOK_TIMING, Webhooks } = await import('./services/webhooks/webhooks.ts');
  const { WebhookStore } = await import('./stores/batches/webhook-store.ts');
  const store = new WebhookStore(db, nodeId);
  return new Webhooks({ ...webhook, store, log, timing: { ...WEBHOOK_TIMING, ...timing } });
};
