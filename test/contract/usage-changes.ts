import type { UsageWire } from '../support/upstream/vendor-wire.ts';

/** A copy of a payload in which every field goes through `change`; undefined leaves it out. */
const mapFields = (value: unknown, change: (name: string, part: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapFields(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const changed = change(name, part);
      return changed === undefined ? [] : [[name, mapFields(changed, change)]];
    }),
  );
};

const without =
  (names: readonly string[]) =>
  (payload: object): object =>
    mapFields(payload, (name, part) => (names.includes(name) ? undefined : part)) as object;

/** A vendor that says nothing of tokens. */
export const withoutUsage = ({ fields }: UsageWire): ((payload: object) => object) => without(fields);

/** A vendor that tells the totals alone. */
export const withoutDetails = ({ details }: UsageWire): ((payload: object) => object) => without(details);

/** A vendor whose count of a part is more than the whole it belongs to. */
export const overstating =
  ({ fields, overstated }: UsageWire, part: keyof UsageWire['overstated']) =>
  (payload: object): object =>
    mapFields(payload, (name, value) =>
      fields.includes(name) && typeof value === 'object' && value !== null
        ? { ...value, ...overstated[part] }
        : value,
    ) as object;
