/**
 * A world with changes.
 *
 * @module
 */

/**
 * The same world but for some of its members. Members that are made at their first use (the prompt, the ear for
 * Ctrl-C) stay unmade, which spreading would not do.
 */
export function derived<World extends object>(world: World, changes: Partial<World>): World {
  const members = {
    ...Object.getOwnPropertyDescriptors(world),
    ...Object.getOwnPropertyDescriptors(changes),
  };
  return Object.create(Object.getPrototypeOf(world), members);
}
