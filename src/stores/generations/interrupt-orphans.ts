import type { BilledTurn, Billing, Settlement } from '../../core/billed-turn.ts';
import { toNanoUsd } from '../../core/budget.ts';
import type { GenerationFailed } from '../../core/generation-event.ts';
import { ModelgraphError } from '../../core/errors.ts';
import { unwrapFound } from '../../core/found.ts';
import type { Generation } from '../../core/generation.ts';
import { toGenerationError } from '../../core/to-generation-error.ts';
import type { Db, Transaction } from '../db/db.ts';
import { forgetCommands } from '../nodes/node-commands.ts';
import { shardOf } from '../ledger.ts';
import { holdLease } from '../nodes/node-leases.ts';
import { decodeBilling, settle } from '../settle.ts';
import { completeDeletions } from './delete-generation.ts';
import { findGenerations } from './generation-reader.ts';
import type { StoreOptions } from './store-options.ts';
import { appendBlocks, finishGenerations } from './generation-writer.ts';

/** How many are ended in one transaction. */
const STEP = 50;

// Where there is one server only, everything that is not this start's was left by another.
const DEAD_OWNERS: Readonly<Record<Db['engine'], string>> = {
  sqlite: 'SELECT DISTINCT owner_node FROM generation WHERE finished_at IS NULL AND owner_node <> $1',
  postgres: `
    SELECT DISTINCT g.owner_node FROM generation AS g LEFT JOIN node AS n ON n.id = g.owner_node
    WHERE g.finished_at IS NULL AND g.owner_node <> $1 AND (n.id IS NULL OR n.lease_until < NOW_MS)`,
};

const HOLD_ORPHANS = `
  SELECT id, billing FROM generation WHERE owner_node = $1 AND finished_at IS NULL
  ORDER BY rid LIMIT ${STEP} FOR UPDATE SKIP LOCKED`;

const toFailure = (generation: Generation): GenerationFailed => {
  const sequence = generation.lastSequence + 1;
  const error = toGenerationError(
    new ModelgraphError(
      'GENERATION_INTERRUPTED',
      'The server that ran the generation stopped before it was complete.',
    ),
  );
  return {
    type: 'GenerationFailed',
    generationId: generation.id,
    sequence,
    error,
    generation: {
      ...generation,
      status: 'failed',
      finishReason: null,
      error,
      lastSequence: sequence,
      completedAt: new Date(),
    },
  };
};

/** Its node may have called the vendor, and knew what of it: all that was reserved, or has been reported, counts. */
const toBill = (
  { resolution, usage, cost }: Generation,
  { bound, isCallers }: Billing,
): readonly BilledTurn[] => {
  // What is reserved beside it is for a fallback that was called with a key of the server.
  if (isCallers === true && bound === 0) return [];
  const reported = cost === null ? null : toNanoUsd(cost.total);
  const { name: model, provider } = resolution.config;
  const counted = bound === null && reported === null ? null : Math.max(bound ?? 0, reported ?? 0);
  return [
    {
      at: new Date(),
      model,
      provider,
      usage,
      cost: counted,
      fees: 0,
      source: counted === null ? null : 'bound',
    },
  ];
};

const toSettlement = (generation: Generation, billing: Billing): Settlement => ({
  principalId: generation.principalId,
  status: generation.status,
  billing,
  turns: toBill(generation, billing),
  released: billing.bound ?? 0,
  generations: 1,
});

/**
 * The owner is held first, as in every write of its own, so that neither comes between the other's steps: a late owner
 * finds its generations ended and writes nothing, and what it has just written is part of the end.
 */
const interruptStep = async (
  transaction: Transaction,
  engine: Db['engine'],
  options: StoreOptions,
  owner: string,
): Promise<readonly string[]> => {
  const isAlive = await holdLease(transaction, owner);
  if (engine === 'postgres' && isAlive) return [];
  const orphans = await transaction.query<{ id: string; billing: string | null }>(HOLD_ORPHANS, [owner]);
  const ids = orphans.map(({ id }) => id);
  if (ids.length === 0) return [];
  const found = await findGenerations(transaction, ids, { includesDeleted: true });
  const failures = found.flatMap((each) => {
    const stored = unwrapFound(each);
    return stored === undefined ? [] : [toFailure(stored.generation)];
  });
  await appendBlocks(
    transaction,
    owner,
    failures
      .filter(({ generation }) => generation.isStored !== false)
      .map((failure) => ({
        generationId: failure.generationId,
        firstSequence: failure.sequence,
        events: [failure],
      })),
  );
  await finishGenerations(
    transaction,
    options,
    failures.map(({ generation }) => generation),
  );
  await forgetCommands(transaction, ids);
  const billings = new Map(orphans.map(({ id, billing }) => [id, decodeBilling(billing)] as const));
  const settlements = failures.flatMap(({ generation }) => {
    const billing = billings.get(generation.id) ?? null;
    return billing === null ? [] : toSettlement(generation, billing);
  });
  await settle(transaction, settlements, shardOf(options.nodeId));
  await completeDeletions(transaction, ids);
  return ids;
};

/** As `GenerationStore.interruptOrphans`. */
export const interruptOrphans = async (
  db: Db,
  options: StoreOptions,
  tailsChannel: string,
): Promise<readonly string[]> => {
  const owners = await db.query<{ owner_node: string }>(DEAD_OWNERS[db.engine], [options.nodeId]);
  const interrupted: string[] = [];
  for (const { owner_node: owner } of owners) {
    for (let found = STEP; found === STEP; ) {
      const ids = await db.transaction(async (transaction) => {
        const ended = await interruptStep(transaction, db.engine, options, owner);
        if (ended.length > 0) await transaction.notify(tailsChannel, owner);
        return ended;
      });
      interrupted.push(...ids);
      found = ids.length;
    }
  }
  return interrupted;
};
