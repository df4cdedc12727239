/**
 * A chain in names.
 *
 * @module
 */
import type { ChainPlan } from "../chain/types.ts";

/** Names from root to target; a step that we put in says so. */
export function stepNames({ provider, identities }: ChainPlan): readonly string[] {
  const names = identities.map(({ name, inserted }) => inserted ? `${name} (inserted)` : name);
  return provider === undefined ? names : [provider.name, ...names];
}
