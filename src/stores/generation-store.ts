import type { LoggedEvent } from '../core/generation-event.ts';
import type { Generation, GenerationStatus } from '../core/generation.ts';
import type { Db } from './db.ts';

export interface EventBlock {
  readonly generationId: string;
  readonly firstSequence: number;
  readonly events: readonly LoggedEvent[];
}
export interface GenerationWrites {
  readonly created: readonly Generation[];
  readonly blocks: readonly EventBlock[];
  readonly changed: readonly Generation[];
  readonly finished: readonly Generation[];
}
export interface StoredGeneration {
  readonly generation: Generation;
  readonly ownerNodeId: string;
  readonly ended: boolean;
}
interface Row {
  generation: Generation;
  ended: boolean;
  events: LoggedEvent[];
}
const rows = new Map<string, Row>();
const keys = new Map<string, { generationId: string; requestHash: string }>();

export class GenerationStore {
  readonly nodeId: string;
  constructor(
    _db: Db,
    options: { readonly nodeId: string; readonly eventRetentionMs: number; readonly retentionMs: number },
  ) {
    this.nodeId = options.nodeId;
  }
  write({ created, blocks, changed, finished }: GenerationWrites): Promise<readonly string[]> {
    for (const generation of created)
      if (!rows.has(generation.id)) rows.set(generation.id, { generation, ended: false, events: [] });
    for (const { generationId, events } of blocks) rows.get(generationId)?.events.push(...events);
    for (const generation of changed) Object.assign(rows.get(generation.id) ?? {}, { generation });
    for (const generation of finished)
      Object.assign(rows.get(generation.id) ?? {}, { generation, ended: true });
    return Promise.resolve([]);
  }
  async reserve(
    generation: Generation,
    { key, requestHash }: { readonly key: string; readonly requestHash: string },
  ): Promise<
    | { readonly type: 'created' }
    | { readonly type: 'existing'; readonly generationId: string; readonly sameRequest: boolean }
  > {
    const known = await this.findByKey(generation.principalId, key);
    if (known !== undefined)
      return {
        type: 'existing',
        generationId: known.generationId,
        sameRequest: known.requestHash === requestHash,
      };
    keys.set(`${this.nodeId} ${generation.principalId} ${key}`, { generationId: generation.id, requestHash });
    await this.write({ created: [generation], blocks: [], changed: [], finished: [] });
    return { type: 'created' };
  }
  findByKey(
    principalId: string,
    key: string,
  ): Promise<{ readonly generationId: string; readonly requestHash: string } | undefined> {
    return Promise.resolve(keys.get(`${this.nodeId} ${principalId} ${key}`));
  }
  find(id: string): Promise<StoredGeneration | undefined> {
    const row = rows.get(id);
    return Promise.resolve(row && { ...row, ownerNodeId: this.nodeId });
  }
  async findMany(ids: readonly string[]): Promise<readonly StoredGeneration[]> {
    return (await Promise.all(ids.map((id) => this.find(id)))).filter((row) => row !== undefined);
  }
  list(
    principalId: string,
    {
      first,
    }: {
      readonly first: number;
      readonly after: string | null;
      readonly statuses: readonly GenerationStatus[] | null;
    },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly generation: Generation }[];
    readonly hasNextPage: boolean;
    readonly totalCount: number;
  }> {
    const all = [...rows.values()]
      .filter(({ generation }) => generation.principalId === principalId)
      .toReversed();
    const items = all.slice(0, first).map(({ generation }, index) => ({ cursor: String(index), generation }));
    return Promise.resolve({ items, hasNextPage: all.length > first, totalCount: all.length });
  }
  readEvents(
    id: string,
    after: number,
  ): Promise<{
    readonly events: readonly LoggedEvent[];
    readonly firstRetained: number | null;
    readonly lastSequence: number;
    readonly ended: boolean;
  }> {
    const row = rows.get(id);
    const events = row?.events ?? [];
    return Promise.resolve({
      events: events.filter(({ sequence }) => sequence > after),
      firstRetained: events[0]?.sequence ?? null,
      lastSequence: events.at(-1)?.sequence ?? 0,
      ended: row?.ended ?? true,
    });
  }
  async readTails(
    tails: readonly { readonly id: string; readonly after: number }[],
  ): Promise<ReadonlyMap<string, { readonly events: readonly LoggedEvent[]; readonly ended: boolean }>> {
    return new Map(
      await Promise.all(tails.map(async ({ id, after }) => [id, await this.readEvents(id, after)] as const)),
    );
  }
  requestCancel(_id: string): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }
  submitToolResults(_id: string, _results: string): Promise<boolean> {
    return Promise.resolve(false);
  }
  takeCommands(): Promise<{
    readonly cancel: readonly string[];
    readonly toolResults: readonly { readonly id: string; readonly results: string }[];
  }> {
    return Promise.resolve({ cancel: [], toolResults: [] });
  }
  noteFollowed(_ids: readonly string[], _forMs: number): Promise<void> {
    return Promise.resolve();
  }
  isFollowed(_id: string): Promise<boolean> {
    return Promise.resolve(false);
  }
  renewLease(_leaseMs: number): Promise<{ readonly lapsed: boolean }> {
    return Promise.resolve({ lapsed: false });
  }
  interruptOrphans(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  deleteExpired(_maxRows: number): Promise<boolean> {
    return Promise.resolve(false);
  }
  onTails(_handle: (ownerNodeId: string) => void): () => void {
    return () => undefined;
  }
  onCommands(_handle: () => void): () => void {
    return () => undefined;
  }
  leave(): Promise<void> {
    return Promise.resolve();
  }
}
