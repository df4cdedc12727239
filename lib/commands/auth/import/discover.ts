/**
 * `atmos auth import --discover`: the accounts and roles of an Identity Center as identities.
 *
 * @module
 */
import type { AuthConfig } from "../../../config/types.ts";
import type { Host } from "../../../host.ts";
import { type FoundRole, namedRoles, roleFields, rolesOf } from "../../../import/discovered.ts";
import { openContext } from "../../../cli/run/context.ts";
import type { GlobalInput } from "../../../cli/line/globals.ts";
import type { Imported } from "./imported.ts";
import { portalAccounts, portalOf } from "../../../cli/run/portal.ts";
import { counted } from "../../../counting.ts";

/** Asks the portal; whoever is there logs in to it where its session is no longer fresh. */
export async function discover(
  world: Host,
  globals: GlobalInput,
  provider: string | undefined,
): Promise<Imported> {
  await using context = await openContext(world, globals);
  const auth = context.auth();
  const step = await portalOf(context, provider);
  const accounts = await portalAccounts(context, step);
  const own = new Set(context.loaded().files.map(({ path }) => path));
  const known = (found: FoundRole) => identityFor(auth, own, step.name, found);
  const roles = rolesOf(accounts);
  const taken = [...auth.identities.values()].filter(({ at }) => at === undefined || own.has(at.file));
  const named = namedRoles(
    roles.filter((found) => known(found) === undefined),
    taken.map(({ name }) => name),
  );
  return {
    draft: {
      providers: new Map(),
      identities: new Map([...named].map(([name, found]) => [name, roleFields(step.name, found)])),
    },
    read: [
      `${step.name}, ${step.config.startUrl}: ${counted(accounts.length, "account")}, ${
        counted(roles.length, "role")
      }`,
    ],
    notes: [],
    kept: { providers: 0, identities: roles.length - named.size },
    unopened: undefined,
    leftovers: [],
  };
}

/** The identity that stands for a role in the person's own files. */
function identityFor(
  { identities }: AuthConfig,
  files: ReadonlySet<string>,
  provider: string,
  { account, role }: FoundRole,
): string | undefined {
  return [...identities.values()].find(({ config, at }) =>
    config?.kind === "aws/permission-set" && config.via.provider === provider &&
    config.permissionSet === role &&
    ("id" in config.account ? config.account.id === account.id : config.account.name === account.name) &&
    (at === undefined || files.has(at.file))
  )?.name;
}
