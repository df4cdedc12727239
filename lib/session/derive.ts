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

/**
 * The same world, observed: whoever observes decides about every member. One that is neither changed nor named as left
 * does not compile, so that none is forgotten when the world grows.
 */
export function observed<World extends object, Left extends keyof World>(
  world: World,
  changes: Omit<World, Left> & Partial<World>,
): World {
  return derived(world, changes);
}
