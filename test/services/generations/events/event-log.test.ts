import { describe, expect, it } from 'vitest';
import type { GenerationEvent, UnplacedEvent } from '../../../../src/core/generation-event.ts';
import { ClientCompleted } from '../../../../src/core/client-completed.ts';
import { EventLog } from '../../../../src/services/generations/events/event-log.ts';
import { toArray } from '../../../support/to-array.ts';

const textAt = (offset: number, text = '.'): UnplacedEvent => ({ type: 'TextDelta', offset, text });
const reasoningAt = (offset: number, text = '?'): UnplacedEvent => ({ type: 'ReasoningDelta', offset, text });
const citation: UnplacedEvent = {
  type: 'CitationAdded',
  citation: { url: 'https://a.example', title: null, snippet: null, startIndex: null, endIndex: null },
};

/** `type sequence@offset "text"` for deltas, `type sequence` for the others. */
const describeEvent = (event: GenerationEvent): string =>
  event.type === 'TextDelta' || event.type === 'ReasoningDelta'
    ? `${event.type} ${event.sequence}@${event.offset} "${event.text}"`
    : `${event.type} ${event.sequence}`;

const fill = (log: EventLog, count: number): void => {
  for (let offset = 0; offset < count; offset += 1) log.append(textAt(offset));
};

const createSubscriber = (told: string[]) => ({
  leave: () => void told.push('left'),
  finish: () => void told.push('finished'),
  abandon: () => void told.push('abandoned'),
});

describe('a log of events', () => {
  it('numbers them from 1 without gaps, whatever they are, and says whose they are', async () => {
    const log = new EventLog('gen_1');
    expect(log.lastSequence).toBe(0);
    for (const event of [textAt(0), citation, reasoningAt(0), textAt(1), citation]) log.append(event);
    log.end();
    const events = await toArray(log.read());
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(events.map(({ generationId }) => generationId))).toEqual(new Set(['gen_1']));
    expect(log.lastSequence).toBe(5);
  });

  it('takes nothing after its end', async () => {
    const log = new EventLog('gen_1');
    log.append(citation);
    log.end();
    log.append(citation);
    log.end();
    expect((await toArray(log.read())).map(describeEvent)).toEqual(['CitationAdded 1']);
    expect(log.lastSequence).toBe(1);
  });

  it('gives a reader every event after its position, then the live ones, then ends', async () => {
    const log = new EventLog('gen_1');
    fill(log, 3);
    const reader = log.read(1);
    expect((await reader.next()).value?.sequence).toBe(2);
    expect((await reader.next()).value?.sequence).toBe(3);
    const waiting = reader.next();
    log.append(citation);
    expect((await waiting).value?.sequence).toBe(4);
    log.append(citation);
    log.end();
    expect((await reader.next()).value?.sequence).toBe(5);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('gives a reader past its end nothing but the end', async () => {
    const log = new EventLog('gen_1');
    fill(log, 2);
    log.end();
    expect(await toArray(log.read(2))).toEqual([]);
    expect(await toArray(log.read(9))).toEqual([]);
  });

  it('gives calls that wait together one event each, in their order', async () => {
    const log = new EventLog('gen_1');
    const reader = log.read();
    const waiting = Promise.all([reader.next(), reader.next(), reader.next()]);
    fill(log, 2);
    log.end();
    expect((await waiting).map(({ value }) => value?.sequence)).toEqual([1, 2, undefined]);
  });
});

describe('readers of different speed', () => {
  it('each get the whole, at their own pace', async () => {
    const log = new EventLog('gen_1');
    const quick = log.read();
    const slow = log.read();
    const quickly: (number | undefined)[] = [];
    for (let offset = 0; offset < 10; offset += 1) {
      log.append(textAt(offset));
      quickly.push((await quick.next()).value?.sequence);
    }
    log.end();
    expect(quickly).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await toArray(slow)).map(({ sequence }) => sequence)).toEqual(quickly);
    expect(await quick.next()).toEqual({ done: true, value: undefined });
  });

  it('get deltas one by one while they are close behind', async () => {
    const [near, far] = [new EventLog('gen_1'), new EventLog('gen_2')];
    fill(near, 32);
    fill(far, 33);
    near.end();
    far.end();
    expect(await toArray(near.read())).toHaveLength(32);
    expect(await toArray(far.read())).toHaveLength(1);
  });

  it('get adjacent deltas of one kind as one when far behind: the first offset, the last sequence', async () => {
    const log = new EventLog('gen_1');
    for (let offset = 0; offset < 20; offset += 1) log.append(reasoningAt(offset));
    fill(log, 10);
    log.append(citation);
    for (let offset = 10; offset < 60; offset += 1) log.append(textAt(offset));
    log.end();
    const events = (await toArray(log.read())).map(describeEvent);
    expect(events).toEqual([
      `ReasoningDelta 20@0 "${'?'.repeat(20)}"`,
      `TextDelta 30@0 "${'.'.repeat(10)}"`,
      'CitationAdded 31',
      `TextDelta 81@10 "${'.'.repeat(50)}"`,
    ]);
  });

  it('get the same merged delta, and one that has grown once more has come', async () => {
    const log = new EventLog('gen_1');
    fill(log, 40);
    const readers = [log.read(), log.read(), log.read(3)];
    expect(readers.every(({ isShared }) => isShared)).toBe(true);
    const [first, second, third] = readers.map((reader) => reader.take());
    expect(second).toBe(first);
    expect(third).toMatchObject({ sequence: 40, offset: 3 });
    log.append(textAt(40));
    const grown = log.read().take();
    expect(grown).toMatchObject({ sequence: 41, offset: 0, text: '.'.repeat(41) });
    expect(readers.map((reader) => reader.take()?.sequence)).toEqual([41, 41, 41]);
    await Promise.all(readers.slice(1).map((reader) => reader.return()));
    expect(readers[0]?.isShared).toBe(true);
  });

  it('get the same text, with offsets that meet and sequences that rise, however they read', async () => {
    const log = new EventLog('gen_1');
    const words = Array.from({ length: 200 }, (_, index) => `w${index} 😀`);
    let offset = 0;
    const readers = [1, 7, 40, 300].map((pace) => ({
      pace,
      reader: log.read(),
      events: [] as GenerationEvent[],
    }));
    for (const [index, word] of words.entries()) {
      log.append(textAt(offset, word));
      offset += word.length;
      for (const { pace, reader, events } of readers) {
        if (index % pace !== 0) continue;
        const { value } = await reader.next();
        if (value !== undefined) events.push(value);
      }
    }
    log.end();
    for (const { reader, events } of readers) {
      events.push(...(await toArray(reader)));
      let text = '';
      let sequence = 0;
      for (const event of events) {
        if (event.type !== 'TextDelta') throw new Error('only text was appended');
        expect(event.offset).toBe(text.length);
        expect(event.sequence).toBeGreaterThan(sequence);
        text += event.text;
        sequence = event.sequence;
      }
      expect(text).toBe(words.join(''));
      expect(sequence).toBe(200);
    }
  });
});

describe('a reader that takes what is there', () => {
  it('gets it without waiting, is woken once by the next, and knows the end', () => {
    const log = new EventLog('gen_1');
    log.append(citation);
    const reader = log.read();
    expect(reader.take()?.sequence).toBe(1);
    expect(reader.take()).toBeUndefined();
    expect(reader.hasEnded).toBe(false);
    let woken = 0;
    reader.whenReady(() => {
      woken += 1;
    });
    fill(log, 3);
    expect(woken).toBe(1);
    expect([reader.take(), reader.take()].map((event) => event?.sequence)).toEqual([2, 3]);
    log.end();
    expect(reader.hasEnded).toBe(false);
    expect(reader.take()?.sequence).toBe(4);
    expect(reader.hasEnded).toBe(true);
  });

  it('is woken by the abort of its signal, gets nothing more, and is said to have left', () => {
    const log = new EventLog('gen_1');
    const controller = new AbortController();
    const told: string[] = [];
    const subscriber = createSubscriber(told);
    const reader = log.read(0, { signal: controller.signal, subscriber });
    reader.whenReady(() => told.push('woken'));
    controller.abort();
    log.append(citation);
    expect(reader.take()).toBeUndefined();
    expect(reader.hasEnded).toBe(true);
    expect(told).toEqual(['left', 'woken']);
  });

  it('is said to have gone for good where its client has completed the operation', () => {
    const log = new EventLog('gen_1');
    const controller = new AbortController();
    const told: string[] = [];
    log.read(0, { signal: controller.signal, subscriber: createSubscriber(told) });
    log.append(citation);
    controller.abort(new ClientCompleted());
    expect(told).toEqual(['abandoned']);
  });

  it('is said to have everything when it is let go after the end', async () => {
    const log = new EventLog('gen_1');
    const told: string[] = [];
    const subscriber = createSubscriber(told);
    const reader = log.read(0, { subscriber });
    log.append(citation);
    log.end();
    reader.take();
    await reader.return?.();
    await reader.return?.();
    expect(told).toEqual(['finished']);
  });
});

describe('a reader that leaves', () => {
  it('is let go at once while it waits, and gets nothing more', async () => {
    const log = new EventLog('gen_1');
    const reader = log.read();
    const waiting = [reader.next(), reader.next()];
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    const ended = { done: true, value: undefined };
    expect(await Promise.all(waiting)).toEqual([ended, ended]);
    log.append(citation);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('leaves the others where they are', async () => {
    const log = new EventLog('gen_1');
    const [leaving, staying] = [log.read(), log.read()];
    const waiting = [leaving.next(), staying.next()];
    await leaving.return?.();
    log.append(citation);
    log.end();
    expect((await Promise.all(waiting)).map(({ value }) => value?.sequence)).toEqual([undefined, 1]);
    expect(log.lastSequence).toBe(1);
  });

  it('may break out of a loop', async () => {
    const log = new EventLog('gen_1');
    fill(log, 5);
    const seen: number[] = [];
    for await (const { sequence } of log.read()) {
      seen.push(sequence);
      if (sequence === 2) break;
    }
    expect(seen).toEqual([1, 2]);
  });
});
