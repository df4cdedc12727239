/**
 * A chain in names.
 *
 * @module
 */
import type { ChainPlan } from "../../chain/types.ts";
import type { RunnableIdentity } from "../../config/types.ts";

/** Names from root to target; a step that we put in says so. */
export function stepNames({ provider, identities }: ChainPlan): readonly string[] {
  const names = identities.map(({ name, inserted }) => inserted ? `${name} (inserted)` : name);
  return provider === undefined ? names : [provider.name, ...names];
}

/** What an identity becomes, in AWS's words. */
export function roleOf(config: RunnableIdentity): string | undefined {
  switch (config.kind) {
    case "aws/permission-set":
      return config.permissionSet;
    case "aws/assume-role":
      return config.roleArn;
    case "aws/user":
      return undefined;
  }
}
