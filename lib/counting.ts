/**
 * Numbers of things, in words.
 *
 * @module
 */

/** `1 error`, `3 errors`. */
export function counted(count: number, one: string, many?: string): string {
  return `${count} ${wordFor(count, one, many)}`;
}

/** The word alone: `error`, `errors`. */
export function wordFor(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** `a, b and 3 more` */
export function firstNames(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return names.slice(0, most).join(", ") + more;
}

/**
 * A line for each of the first, and `and 3 more` for the others.
 *
 * @param beyond what that line goes on with
 */
export function firstLines<Item>(
  items: readonly Item[],
  most: number,
  line: (item: Item) => string,
  beyond = "",
): readonly string[] {
  const more = items.length > most ? [`and ${items.length - most} more${beyond}`] : [];
  return [...items.slice(0, most).map((item) => line(item)), ...more];
}
