/**
 * What of a configuration needs a person's trust: values of files that nobody vouches for, in keys that are not open
 * to such files. It is judged on the decoded values, once, and by what each key of the schema states.
 *
 * @module
 */
import { formatPath, type RawScalar, type RawUnset } from "./raw.ts";
import type { Need, NeedingValue, Unit } from "./need.ts";
import { type Fact, type Scope, shownNode } from "./scope.ts";
import { isPortalAddress } from "./standing.ts";

/** Where a path from the configuration leads. */
export interface Place {
  /** Absolute, `~` replaced. */
  readonly path: string;
  /**
   * With links resolved: where keyrings are kept by convention, directly in the temporary directory, below `~/.aws` or
   * `~/.ssh` (`forbidden`), or anywhere else.
   */
  readonly standing: "keyring" | "temporary" | "forbidden" | "other";
  /** Why it is not a path that can be used. */
  readonly fault?: string;
}

/** What judging depends on. */
export interface Trust {
  /** Whether a file is the user's own, or vouched for as a whole. */
  readonly isTrusted: (file: string) => boolean;
  /** Where a path, written in a file, leads. */
  readonly place: (path: string, file: string) => Place;
  /** Whether the user's environment names the origin of an address as an endpoint of AWS. */
  readonly isNamedEndpoint: (url: string) => boolean;
  /** Whether a variable holds a token for AWS STS. */
  readonly isStsToken: (variable: string) => boolean;
}

/** A part of the configuration that is trusted as a whole. */
export interface Part {
  readonly unit: Unit;
  readonly scope: Scope;
  /** Its own values first. */
  readonly facts: readonly Fact[];
  /** What it starts from, with the values. */
  readonly chain: readonly (readonly [string, readonly Fact[]])[];
}

/**
 * Whether an untrusted file changes an entry of the user's that could only be theirs: their password must not go where
 * somebody else's values lead it. What trust is never bound to changes nothing.
 */
function isMixedIn(fact: Fact, all: readonly Fact[], trust: Trust): boolean {
  const { standing, node } = fact;
  if (standing.isUnbound === true || standing.rule === "unused" || trust.isTrusted(node.at.file)) {
    return false;
  }
  const ownAlone: Trust = { ...trust, isTrusted: (file) => !trust.isTrusted(file) };
  return all.some((other) => needsTrust(other, ownAlone));
}

/** Whether a value needs trust. */
export function needsTrust({ standing, node }: Fact, trust: Trust): boolean {
  if (standing.rule === "unused" || trust.isTrusted(node.at.file)) return false;
  if (node.type === "map" || node.type === "list" || (node.type === "scalar" && node.value === null)) {
    return false;
  }
  if (node.type === "scalar" && node.included === true) return true;
  return node.reference === undefined
    ? !allowsLiteral(standing.rule, node, trust)
    : node.reference.fallback !== undefined || !allowsReference(standing.rule, node, trust);
}

function allowsLiteral(
  rule: Fact["standing"]["rule"],
  node: RawScalar | RawUnset,
  trust: Trust,
): boolean {
  const text = node.type === "scalar" ? node.text : "";
  switch (rule) {
    case "free":
    case "form":
    case "device":
      return true;
    case "portal":
      return isPortalAddress(text) || trust.isNamedEndpoint(text);
    case "token-variable":
      return trust.isStsToken(text);
    case "keyring-directory":
      return trust.place(text, node.at.file).standing === "keyring";
    case "password-variable":
      return text === PASSWORD_VARIABLE;
    case "log-file":
      return trust.place(text, node.at.file).standing === "temporary" || OWN_STREAMS.includes(text);
    case "keys":
    case "trust":
      return false;
    case "unused":
      return true;
  }
}

/** `!env NAME`: its value must not reach anybody whom the file chose, nor be shown. */
function allowsReference(
  rule: Fact["standing"]["rule"],
  node: RawScalar | RawUnset,
  trust: Trust,
): boolean {
  switch (rule) {
    case "form":
    case "keys":
    case "device":
      return true;
    case "portal":
      return node.type === "unset" || isPortalAddress(node.text) || trust.isNamedEndpoint(node.text);
    default:
      return false;
  }
}

/** Used when neither `spec.password_env` nor anything else names a variable. */
export const PASSWORD_VARIABLE = "ATMOS_KEYRING_PASSWORD";

/** Where logs go when nothing is said; stdout is kept for data. */
export const OWN_STREAMS: readonly string[] = ["/dev/stderr", "/dev/stdout"];

/** What a part needs; `undefined`: nothing. */
export function needOf({ unit, scope, facts, chain }: Part, trust: Trust): Need | undefined {
  const needing = facts.filter((fact) => needsTrust(fact, trust) || isMixedIn(fact, facts, trust));
  const [first, ...rest] = groups(needing).map((group) => valueOf(group, facts, scope));
  if (first === undefined) return undefined;
  const all = [...facts, ...chain.flatMap(([, inner]) => inner)];
  const files = new Set(all.map(({ node }) => node.at.file).filter((file) => !trust.isTrusted(file)));
  return {
    unit,
    values: [first, ...rest],
    files: [...files],
    bound: JSON.stringify([
      ["", boundFacts(facts)],
      ...chain.map(([name, inner]) => [name, boundFacts(inner)]),
    ]),
    words: needing.flatMap(({ node }) =>
      node.type === "scalar" && node.reference === undefined ? [node.text] : []
    ),
  };
}

function boundFacts(facts: readonly Fact[]): readonly unknown[] {
  const variables = facts.filter(({ path }) => path[0] === "env");
  const others = facts.filter(({ path }) => path[0] !== "env");
  return [...boundPairs(others), ...boundVariables(variables)];
}

/** A list of key and value says the same as a map. */
function boundVariables(facts: readonly Fact[]): readonly unknown[] {
  const listed = Map.groupBy(facts.filter(({ path }) => path.length > 2), ({ path }) => path[1]);
  const inList = [...listed.values()].map((pair) => {
    const [key, value] = ["key", "value"].map((name) => pair.find(({ path }) => path[2] === name)?.node);
    const name = key?.type === "scalar" && key.reference === undefined ? key.text : key && boundNode(key);
    return [JSON.stringify(["env", name]), value && boundNode(value)] as const;
  });
  const inMap = facts.filter(({ path }) => path.length === 2)
    .map(({ path, node }) => [JSON.stringify(path), boundNode(node)] as const);
  return [...inList, ...inMap].sort(([a], [b]) => a < b ? -1 : 1);
}

function boundPairs(facts: readonly Fact[]): readonly unknown[] {
  const bound = facts.filter(({ standing }) => standing.isUnbound !== true && standing.rule !== "unused");
  return bound.map(({ path, node }) => [JSON.stringify(path), boundNode(node)] as const).sort(([a], [b]) =>
    a < b ? -1 : 1
  );
}

function boundNode(node: Fact["node"]): unknown {
  if (node.type === "unset" || (node.type === "scalar" && node.reference !== undefined)) {
    return ["!env", node.reference?.variable, node.reference?.fallback ?? null];
  }
  return node.type === "scalar" ? (node.value === null ? null : node.text) : [];
}

/** Values that are shown as one: the words of a command, a variable with its value. */
function groups(facts: readonly Fact[]): readonly (readonly [Fact, ...Fact[]])[] {
  const found = new Map<string, [Fact, ...Fact[]]>();
  for (const fact of facts) {
    const key = formatPath(groupPath(fact));
    const group = found.get(key);
    if (group === undefined) found.set(key, [fact]);
    else group.push(fact);
  }
  return [...found.values()];
}

function groupPath({ path }: Fact): Fact["path"] {
  if (path[0] === "env") return path.slice(0, 2);
  const index = path.findIndex((key) => typeof key === "number");
  return index < 0 ? path : path.slice(0, index);
}

function valueOf(group: readonly [Fact, ...Fact[]], all: readonly Fact[], scope: Scope): NeedingValue {
  const [first] = group;
  const path = groupPath(first);
  const shown = path[0] === "env"
    ? variableText(path, all)
    : group.map(({ node }) => shownNode(node)).join(" ");
  return {
    path: formatPath([...scope.base, ...path]),
    at: first.node.at,
    does: first.standing.does(shown),
  };
}

/** `NAME=VALUE`, of a list of key and value, or of a map. */
function variableText(path: Fact["path"], facts: readonly Fact[]): string {
  const [, at] = path;
  const inner = facts.filter((fact) => fact.path[0] === "env" && fact.path[1] === at);
  const text = (key: string) => {
    const fact = inner.find((one) => one.path[2] === key);
    return fact === undefined ? "" : shownNode(fact.node);
  };
  const [only] = inner;
  return typeof at === "number" || only === undefined || only.path.length > 2
    ? `${text("key")}=${text("value")}`
    : `${String(at)}=${shownNode(only.node)}`;
}

/** A unit in words. */
export function unitText(unit: Unit): string {
  switch (unit.type) {
    case "provider":
    case "identity":
    case "file":
      return `${unit.type} ${unit.name}`;
    case "settings":
    case "keyring":
    case "logs":
    case "env":
      return unit.type;
  }
}
