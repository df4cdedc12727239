/**
 * Identities that a login found: with `auto_provision_identities: true` every account and role of an Identity Center
 * is one, below all that the person's own files say.
 *
 * @module
 */
import { overlaid, withStarts } from "./provisioned_overlay.ts";
import { portalAddress } from "./providers.ts";
import { type FoundFor, readFound } from "./provisioned_file.ts";
import { entryOf, mapAt, type Raw, type RawEntry, type RawMap, textAt } from "./raw.ts";
import type { ConfigHost, Session } from "./sources.ts";

/**
 * A configuration over the identities that were found for its providers. What is wrong with the files becomes
 * warnings. Nothing is looked at unless a provider wants it.
 *
 * @param root `!env` and `!include` resolved
 */
export async function withProvisioned(session: Session, root: RawMap): Promise<RawMap> {
  const auth = entryOf(root, "auth");
  if (auth?.value.type !== "map") return root;
  const own = mapAt(auth.value, "identities");
  let identities = own;
  for (const { key: provider, value } of mapAt(auth.value, "providers")?.entries.values() ?? []) {
    const whose = wantedFor(session.host, auth.value, provider, value);
    const found = whose === undefined ? undefined : await readFound(session, whose);
    if (found !== undefined) identities = overlaid(withStarts(identities, provider), found);
  }
  if (identities === own) return root;
  const section = entryOf(auth.value, "identities");
  const inner = withEntry(auth.value, { ...section ?? { key: "identities", keyAt: auth.keyAt } }, identities);
  return withEntry(root, auth, inner);
}

function withEntry(map: RawMap, { key, keyAt }: Omit<RawEntry, "value">, value: Raw | undefined): RawMap {
  if (value === undefined) return map;
  return { ...map, entries: new Map([...map.entries, [key, { key, keyAt, value }]]) };
}

/** Whose identities a provider's entry wants; what is wrong with the entry is the decoder's to say. */
function wantedFor(host: ConfigHost, auth: RawMap, provider: string, value: Raw): FoundFor | undefined {
  if (textAt(value, "auto_provision_identities")?.toLowerCase() !== "true") return undefined;
  if (textAt(value, "kind") !== "aws/iam-identity-center") return undefined;
  const [startUrl, region] = [textAt(value, "start_url") ?? "", textAt(value, "region") ?? ""];
  if (URL.parse(startUrl) === null || region === "") return undefined;
  const realm = host.env("ATMOS_AUTH_REALM") ?? "";
  return {
    realm: realm === "" ? textAt(auth, "realm") : realm,
    provider,
    startUrl: portalAddress(startUrl),
    region,
    endpointUrl: textAt(value, "spec", "endpoint_url"),
  };
}
