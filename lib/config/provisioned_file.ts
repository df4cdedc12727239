/**
 * The file with the identities that a login found: one for each portal, provider name and realm.
 *
 * It is ours, in the cache. Whoever can write there could do no more with it than name other permission sets of that
 * very provider: nothing else in it counts.
 *
 * @module
 */
import { isAccountId } from "../arn.ts";
import { isAuthError } from "../errors.ts";
import { cacheHome, joinPath, type Surroundings } from "../paths.ts";
import { sha256Hex } from "../sha256.ts";
import { nameFault } from "./names.ts";
import { formatPath, mapAt, type Path, type Raw, type RawEntry, type RawMap, textAt } from "./raw.ts";
import { readYaml } from "./read_yaml.ts";
import type { Session } from "./sources.ts";

/** Whose identities. */
export interface FoundFor {
  readonly realm: string | undefined;
  /** The provider's name as written. */
  readonly provider: string;
  readonly startUrl: string;
  readonly region: string;
  readonly endpointUrl: string | undefined;
}

/**
 * `<cache home>/atmos/auth/<provider>-<16 hex digits>/provisioned-identities.yaml`.
 *
 * @throws AuthError `config-invalid` where there is no home directory
 */
export async function provisionedPath(host: Surroundings, whose: FoundFor): Promise<string> {
  const { realm = "", provider, startUrl, region, endpointUrl = "" } = whose;
  const facts = JSON.stringify([realm, provider, startUrl, region, endpointUrl]);
  const digest = (await sha256Hex(facts)).slice(0, 16);
  // For people who look; the digest tells them apart.
  const shown = provider.replaceAll(/[^A-Za-z0-9_-]+/g, "_").slice(0, 40);
  const directory = joinPath(host.os, cacheHome(host), "atmos", "auth", `${shown}-${digest}`);
  return joinPath(host.os, directory, "provisioned-identities.yaml");
}

/** What the file holds of what it may hold; `undefined` where there is none that can be used. */
export async function readFound(session: Session, whose: FoundFor): Promise<RawMap | undefined> {
  const { files } = session.host;
  try {
    const path = await provisionedPath(session.host, whose);
    const status = await files.status(path);
    if (status === undefined) return undefined;
    if (status.kind !== "file" || status.owned === false) {
      return void warn(session, path, "it is no file of ours");
    }
    const { root, issues: [issue] } = await readYaml(await files.readText(path) ?? "", path);
    if (issue !== undefined) return void warn(session, path, issue.reason);
    return onlyPermissionSets(session, root, whose.provider);
  } catch (error) {
    // Without them the configuration is what it was before a login.
    if (!isAuthError(error, "config-invalid", "file-failed", "permission-missing")) throw error;
    return void warn(session, undefined, error.message);
  }
}

function warn(session: Session, file: string | undefined, reason: string): void {
  session.problems.push({
    ...problemAt([], file === undefined ? undefined : { file, line: 1, column: 1 }),
    reason: `the identities that a login found are left out: ${reason}`,
  });
}

function problemAt(path: Path, at: RawEntry["keyAt"] | undefined) {
  return {
    severity: "warning",
    code: "provisioned-identities",
    path: formatPath(path),
    at,
    hint: "Log in again with --provider: that writes the file anew",
    blocks: false,
    about: undefined,
  } as const;
}

function onlyPermissionSets(session: Session, root: RawMap, provider: string): RawMap {
  const identities = mapAt(root, "auth", "identities");
  const isOurs = ({ key, value }: RawEntry) =>
    nameFault(key, "identity") === undefined && isPermissionSet(value, provider);
  const refused = [
    ...strangersIn(root, "auth"),
    ...strangersIn(mapAt(root, "auth"), "identities").map(({ path, ...rest }) => ({
      ...rest,
      path: ["auth", ...path],
    })),
    ...[...identities?.entries.values() ?? []].filter((entry) => !isOurs(entry)).map(({ key, keyAt }) => ({
      path: ["auth", "identities", key],
      at: keyAt,
    })),
  ];
  const reason =
    `it is left out: it is no permission set of ${provider}, and nothing else may stand in this file`;
  for (const { path, at } of refused) session.problems.push({ ...problemAt(path, at), reason });
  const kept = [...identities?.entries ?? []].filter(([, entry]) => isOurs(entry));
  return { ...identities ?? root, entries: new Map(kept) };
}

/** The keys of a map but for one. */
function strangersIn(map: RawMap | undefined, known: string) {
  return [...map?.entries.values() ?? []].filter(({ key }) => key !== known)
    .map(({ key, keyAt }) => ({ path: [key], at: keyAt }));
}

/** Exactly what a login writes, so that no key of the schema, now or later, comes in this way. */
function isPermissionSet(value: Raw, provider: string): boolean {
  const account = mapAt(value, "principal", "account");
  return hasKeys(value, ["kind", "via", "principal"]) && textAt(value, "kind") === "aws/permission-set" &&
    hasKeys(mapAt(value, "via"), ["provider"]) && textAt(value, "via", "provider") === provider &&
    hasKeys(mapAt(value, "principal"), ["name", "account"]) &&
    textAt(value, "principal", "name") !== undefined &&
    hasKeys(account, ["id"]) && isAccountId(textAt(account, "id") ?? "");
}

function hasKeys(value: Raw | undefined, keys: readonly string[]): boolean {
  return value?.type === "map" && value.entries.size === keys.length &&
    keys.every((key) => value.entries.has(key));
}
