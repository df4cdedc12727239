/**
 * From an identity's configuration and what the chain has so far to a session.
 *
 * @module
 */
import type { RunnableIdentity } from "../config/types.ts";
import type { AwsSession, Credentials } from "../credentials.ts";
import type { Host } from "../host.ts";
import type { AssumeRoleDuration } from "./aws_assume_role.ts";

/** The world of an identity. */
export type IdentityHost = Pick<
  Host,
  "env" | "fetch" | "now" | "sleep" | "random" | "run" | "prompt" | "tell" | "screen" | "interrupted"
>;

/** One identity to run, with all that it inherits along its chain. */
export interface IdentityTask {
  readonly name: string;
  readonly config: RunnableIdentity;
  readonly region: string;
  readonly endpointUrl: string | undefined;
  readonly duration: AssumeRoleDuration;
}

/**
 * Runs one identity of a chain.
 *
 * @param base what the step before gave; `undefined` at the root of a chain without a provider
 * @param stored reads what the keyring keeps for this identity; called only when it is needed
 */
export async function takeIdentity(
  host: IdentityHost,
  task: IdentityTask,
  base: Credentials | undefined,
  stored: () => Promise<string | undefined>,
): Promise<AwsSession> {
  const { name, config } = task;
  const place = { region: task.region, endpointUrl: task.endpointUrl };
  switch (config.kind) {
    case "aws/permission-set": {
      if (base?.type !== "sso-token") {
        throw new TypeError("A permission set starts from a session of the portal");
      }
      const { takePermissionSet } = await import("./aws_permission_set.ts");
      return await takePermissionSet(host, name, config, place, base);
    }
    case "aws/assume-role": {
      if (base === undefined) throw new TypeError("A role is assumed with something");
      const { takeRole } = await import("./aws_assume_role.ts");
      return await takeRole(host, name, config, place, base, task.duration);
    }
    case "aws/user": {
      const { takeUserSession } = await import("./aws_user.ts");
      return await takeUserSession(host, name, config, place, stored);
    }
  }
}
