/**
 * Manifests as Atmos reads them: every plain scalar has the value that Go's yaml.v3 gives it, but for those below `auth`,
 * where an account id is what its author wrote.
 *
 * @module
 */
import { isAccountId } from "../arn.ts";
import type { Raw, RawEntry, RawList, RawMap, RawScalar, RawTag } from "../config/raw.ts";
import { goNumberText, type GoScalar, goScalar, goTime } from "./go_scalars.ts";
import { COMPONENT_TYPES } from "./types.ts";

/** A manifest with Go's values. */
export function goManifest(root: RawMap): RawMap {
  return goMap(root, MANIFEST);
}

/** A level of a manifest: where `auth` may stand at it, and what is below a key of it. */
interface Level {
  readonly hasAuth: boolean;
  readonly below: (key: string) => Level;
}

const CONTENT: Level = { hasAuth: false, below: () => CONTENT };
const SECTIONS: Level = { hasAuth: true, below: (key) => key === "overrides" ? SECTIONS : CONTENT };
const COMPONENTS: Level = { hasAuth: false, below: () => SECTIONS };
const TYPES: Level = { hasAuth: false, below: () => COMPONENTS };
const MANIFEST: Level = {
  hasAuth: true,
  below: (key) =>
    key === "components" ? TYPES : isComponentType(key) || key === "overrides" ? SECTIONS : CONTENT,
};

const isComponentType = (key: string): boolean => COMPONENT_TYPES.some((type) => type === key);

/** What does not change stays the very node that it was. */
function goNode(raw: Raw, level: Level): Raw {
  switch (raw.type) {
    case "scalar":
      return raw.plain ? plainScalar(raw) : raw;
    case "list":
      return goList(raw);
    case "map":
      return goMap(raw, level);
    case "tag":
      return timeBehind(raw);
    case "unset":
      return raw;
  }
}

function goMap(map: RawMap, level: Level): RawMap {
  // Most maps stay as they are, and are not copied.
  let changed: Map<string, RawEntry> | undefined;
  for (const [key, entry] of map.entries) {
    if (level.hasAuth && key === "auth") continue;
    const value = goNode(entry.value, level.below(key));
    if (value === entry.value) continue;
    changed ??= new Map(map.entries);
    changed.set(key, { ...entry, value });
  }
  return changed === undefined ? map : { ...map, entries: changed };
}

function goList(list: RawList): RawList {
  const items = list.items.map((item) => goNode(item, CONTENT));
  return items.every((item, index) => item === list.items[index]) ? list : { ...list, items };
}

/** A number's text is what Go prints, but for the digits of an account, which mean no number to anybody. */
function plainScalar(raw: RawScalar): RawScalar {
  // Only of numbers and dates Go has another opinion than YAML 1.2.
  if (!/^[-+.\d]/.test(raw.text)) return raw;
  const value = taggedValue(raw);
  const text = numberTextOf(raw.text, value) ?? raw.text;
  return Object.is(value, raw.value) && text === raw.text ? raw : { ...raw, value, text };
}

function numberTextOf(text: string, value: GoScalar): string | undefined {
  const isNumber = typeof value === "number" || typeof value === "bigint";
  return isNumber && !isAccountId(text) && !isInexact(text, value) ? goNumberText(text) : undefined;
}

/** Whether a number cannot be kept: whoever refuses it shows what is written. */
const isInexact = (text: string, value: GoScalar): boolean =>
  typeof value === "number" &&
  (!Number.isFinite(value) || !Number.isSafeInteger(value) && /^[-+]?[\d_]+$/.test(text));

/** What Go refuses behind a tag is left to be what YAML 1.2 says. */
function taggedValue({ tag, text, value }: RawScalar): GoScalar {
  const untagged = goScalar(text);
  switch (tag) {
    case undefined:
    case "!":
      return untagged;
    case "!!int":
      return typeof untagged === "bigint" || Number.isInteger(untagged) ? untagged : value;
    case "!!float":
      return typeof untagged === "bigint" || typeof untagged === "number" ? Number(untagged) : value;
    default:
      return value;
  }
}

/** Whether Go has a text for it: a date is none. */
export function isGoText({ value, plain, tag, text }: RawScalar): boolean {
  return typeof value === "string" && (!plain || tag === "!!str" || goTime(text) === undefined);
}

/** `!!timestamp 2026-11-23`: for the library of this program the tag means nothing. */
function timeBehind(raw: RawTag): Raw {
  const { tag, argument } = raw;
  if (tag !== "tag:yaml.org,2002:timestamp" || argument.type !== "scalar") return raw;
  const value = goTime(argument.text);
  return value === undefined ? raw : { ...argument, value };
}
