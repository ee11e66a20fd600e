type Item = Readonly<Record<string, unknown>>;

const asItems = (value: unknown): readonly Item[] => (Array.isArray(value) ? (value as readonly Item[]) : []);

/** A text in two deltas, cut between characters. */
const halves = (text: unknown): string[] => {
  const characters = typeof text === 'string' ? Array.from(text) : [];
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle), characters.slice(middle)]
    .map((half) => half.join(''))
    .filter((half) => half !== '');
};

/** An output item's life in a stream, as most vendors tell it. */
const lifeOf = (item: Item, output_index: number): object[] => {
  const at = { output_index, item_id: item['id'] };
  const life: object[] = [
    {
      type: 'response.output_item.added',
      output_index,
      item: { ...item, content: [], summary: [], arguments: '' },
    },
  ];
  if (item['type'] === 'message')
    for (const [content_index, part] of asItems(item['content']).entries()) {
      const where = { ...at, content_index };
      for (const delta of halves(part['text']))
        life.push({ type: 'response.output_text.delta', ...where, delta });
      for (const [annotation_index, annotation] of asItems(part['annotations']).entries())
        life.push({ type: 'response.output_text.annotation.added', ...where, annotation_index, annotation });
      life.push({ type: 'response.output_text.done', ...where, text: part['text'] });
    }
  for (const [summary_index, part] of asItems(item['summary']).entries())
    for (const delta of halves(part['text']))
      life.push({ type: 'response.reasoning_summary_text.delta', ...at, summary_index, delta });
  if (item['type'] === 'function_call')
    for (const delta of halves(item['arguments']))
      life.push({ type: 'response.function_call_arguments.delta', ...at, delta });
  life.push({ type: 'response.output_item.done', output_index, item });
  return life;
};

export interface MadeResponse {
  readonly payloads: readonly object[];
  readonly whole: object;
}

/** A hand-made response, as a stream and as a whole. */
export const makeResponse = (
  status: 'completed' | 'incomplete',
  output: readonly Item[],
  part: object,
): MadeResponse => {
  const base = { id: 'resp_1', object: 'response', created_at: 1, model: 'm' };
  const whole = { ...base, status, output, ...part };
  const events = [
    { type: 'response.created', response: { ...base, status: 'in_progress', output: [] } },
    { type: 'response.in_progress', response: { ...base, status: 'in_progress', output: [] } },
    ...output.flatMap(lifeOf),
    { type: `response.${status}`, response: whole },
  ];
  return { whole, payloads: events.map((event, sequence_number) => ({ sequence_number, ...event })) };
};
