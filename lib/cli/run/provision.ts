/**
 * What a login keeps of a portal with `auto_provision_identities: true`: its accounts and roles, as identities for
 * every command from then on.
 *
 * @module
 */
import { provisionedPath } from "../../config/provisioned_file.ts";
import type { AuthConfig, IamIdentityCenterProvider } from "../../config/types.ts";
import { isFailure } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { printable } from "../../terminal/escape.ts";
import type { Context } from "./context.ts";
import { counted } from "../../counting.ts";
import { shortPath } from "../../paths.ts";

/** A provider that wants its identities to be found. */
export interface Provisioning {
  readonly name: string;
  readonly config: IamIdentityCenterProvider;
}

/** Those among providers that want it, each once. */
export function provisioningOf(
  { providers }: AuthConfig,
  names: readonly (string | undefined)[],
): readonly Provisioning[] {
  return [...new Set(names)].flatMap((name) => {
    const config = name === undefined ? undefined : providers.get(name)?.config;
    return name !== undefined && config?.kind === "aws/iam-identity-center" && config.autoProvisionIdentities
      ? [{ name, config }]
      : [];
  });
}

/** Where the identities of a provider are kept. */
export async function provisionedFile(
  host: Pick<Host, "env" | "os">,
  { realm }: AuthConfig,
  { name, config: { startUrl, region, endpointUrl } }: Provisioning,
): Promise<string> {
  return await provisionedPath(host, { realm, provider: name, startUrl, region, endpointUrl });
}

/**
 * Lists and keeps what these providers offer, after a login to them. A portal that cannot be asked is a warning: the
 * login has succeeded. One that was not logged in to, since all behind it was fresh, is left as it is.
 */
export async function provisionIdentities(
  context: Context,
  names: readonly (string | undefined)[],
): Promise<void> {
  for (const provider of provisioningOf(context.auth(), names)) {
    try {
      await provision(context, provider);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (error.code === "person-needed") continue;
      const { warningText } = await import("../../output/problem.ts");
      const attempt = `The identities of "${provider.name}" were not looked for anew`;
      context.host.tell(warningText(`${attempt}: ${error.message}`, context.host.screen));
    }
  }
}

const FILE_MODE = 0o600;

async function provision(context: Context, provider: Provisioning): Promise<void> {
  const [{ unattended }, { portalAccounts }, { namedRoles, provisionedText, rolesOf }] = [
    await import("./session.ts"),
    await import("./portal.ts"),
    await import("../../import/discovered.ts"),
  ];
  const { host } = context;
  const accounts = await portalAccounts(unattended(context), provider);
  const path = await provisionedFile(host, context.auth(), provider);
  await host.files.writeText(
    path,
    provisionedText(provider.name, provider.config.startUrl, accounts),
    FILE_MODE,
  );
  const count = namedRoles(rolesOf(accounts)).size;
  const what = `${counted(count, "identity", "identities")} of "${provider.name}" found`;
  const where = counted(accounts.length, "account");
  host.tell(`${printable(`${what}, in ${where}: ${shortPath(host, path)}`)}\n`);
}
