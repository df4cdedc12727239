/**
 * The authentication of one component: what `atmos.yaml` says, with every layer of the component over it.
 *
 * @module
 */
import { mergeMaps } from "../config/merge.ts";
import { didYouMean } from "../config/nearest.ts";
import { entryOf, formatPath, mapAt, type RawEntry, type RawMap, textAt } from "../config/raw.ts";
import type { Problem } from "../config/types.ts";
import { entryFor, textNode, withEntries } from "./values.ts";

/** An `auth:` section, and what is odd about it. */
export interface ComponentAuth {
  readonly auth: RawMap;
  readonly found: readonly Problem[];
}

/**
 * Merges `auth:` sections, lowest first. A layer that marks an identity as default takes the mark from those below it,
 * so that the nearest one counts. `default: false` for an identity that nobody defines means nothing, and goes.
 */
export function mergeAuth(layers: readonly RawMap[], none: RawMap): ComponentAuth {
  const unmarked: string[] = [];
  const merged = layers.reduce((auth, layer) => {
    const isMarking = marksDefault(layer);
    if (isMarking) unmarked.push(...identitiesOf(auth).filter(isDefault).map(({ key }) => key.toLowerCase()));
    return mergeMaps(isMarking ? withoutDefaults(auth) : auth, layer, { foldCase: true });
  }, none);
  const loose = identitiesOf(merged).filter(isBareDefault);
  const dropped = loose.filter((entry) => !isDefault(entry));
  const auth = withStarts(withoutIdentities(merged, dropped), new Set(unmarked));
  return { auth, found: problemsOf(merged, loose, dropped) };
}

const identitiesOf = (auth: RawMap): readonly RawEntry[] => [
  ...mapAt(auth, "identities")?.entries.values() ?? [],
];

const isDefault = ({ value }: RawEntry) => textAt(value, "default")?.toLowerCase() === "true";
const marksDefault = (auth: RawMap) => identitiesOf(auth).some(isDefault);

/** Nothing but `default`: it is a mark on an identity that is defined elsewhere. */
function isBareDefault({ value }: RawEntry): boolean {
  return value.type === "map" && value.entries.size === 1 && entryOf(value, "default") !== undefined;
}

function withoutDefaults(auth: RawMap): RawMap {
  return changeIdentities(auth, (entry) => {
    const { value } = entry;
    const mark = entryOf(value, "default");
    return value.type === "map" && mark !== undefined && isDefault(entry)
      ? { ...entry, value: withEntries(value, { [mark.key]: undefined }) }
      : entry;
  });
}

function withoutIdentities(auth: RawMap, dropped: readonly RawEntry[]): RawMap {
  return dropped.length === 0
    ? auth
    : changeIdentities(auth, (entry) => dropped.includes(entry) ? undefined : entry);
}

/**
 * A role directly behind Identity Center starts from the provider's only default permission set. Where the component's
 * own default has taken that mark, the role goes on starting there.
 */
function withStarts(auth: RawMap, unmarked: ReadonlySet<string>): RawMap {
  const sets = identitiesOf(auth).filter(({ value }) => textAt(value, "kind") === "aws/permission-set");
  return changeIdentities(auth, (entry) => {
    const via = entryOf(entry.value, "via");
    const provider = textAt(via?.value, "provider")?.toLowerCase();
    const isRole = textAt(entry.value, "kind") === "aws/assume-role";
    if (entry.value.type !== "map" || via === undefined || !isRole || provider === undefined) return entry;
    const offered = sets.filter(({ value }) => textAt(value, "via", "provider")?.toLowerCase() === provider);
    const [start, ...others] = offered.filter(({ key }) => unmarked.has(key.toLowerCase()));
    if (offered.length < 2 || offered.some(isDefault) || start === undefined || others.length > 0) {
      return entry;
    }
    const at = via.value.at;
    const identity = entryFor("identity", textNode(start.key, at));
    const value = { type: "map", entries: new Map([["identity", identity]]), at } as const;
    return { ...entry, value: withEntries(entry.value, { [via.key]: { ...via, value } }) };
  });
}

function changeIdentities(auth: RawMap, change: (entry: RawEntry) => RawEntry | undefined): RawMap {
  const section = entryOf(auth, "identities");
  if (section?.value.type !== "map") return auth;
  const entries = [...section.value.entries].flatMap(([key, entry]) => {
    const changed = change(entry);
    return changed === undefined ? [] : [[key, changed] as const];
  });
  return withEntries(auth, {
    [section.key]: entryFor(section.key, { ...section.value, entries: new Map(entries) }),
  });
}

function problemsOf(
  auth: RawMap,
  loose: readonly RawEntry[],
  dropped: readonly RawEntry[],
): readonly Problem[] {
  const defined = identitiesOf(auth).filter((entry) => !loose.includes(entry)).map(({ key }) => key);
  return loose.filter((entry) => !dropped.includes(entry)).map(({ key, value }) => ({
    severity: "error",
    code: "undefined-default",
    path: formatPath(["auth", "identities", key, "default"]),
    at: entryOf(value, "default")?.value.at ?? value.at,
    reason: `${JSON.stringify(key)} is marked as default, and no such identity is defined`,
    hint: didYouMean(key, defined) ?? "Define it in atmos.yaml, or in the component",
    blocks: true,
    about: { type: "identity", name: key },
  }));
}
