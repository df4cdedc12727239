/**
 * What `auth:` says beside its providers and identities: realm, logs, keyring, console.
 *
 * @module
 */
import { explainLeaf, type Explanation } from "./leaves.ts";
import { entryOf, nodeAt, type Path, type Raw, type RawMap } from "./raw.ts";
import { AUTH_SCHEMA, type LEVEL_WORDS, LOGS_SCHEMA, REALM } from "./schemas.ts";
import { report, type Scope } from "./scope.ts";
import { readShape } from "./shape.ts";
import { type Trust, trustedDirectory } from "./trust.ts";
import { type AuthConfig, KEYRING_TYPES, type KeyringType, type LogLevel } from "./types.ts";

/** The settings of {@linkcode AuthConfig}. */
export type Settings = Omit<AuthConfig, "providers" | "identities">;

/** What the settings depend on beside the tree. */
export interface SettingsContext extends Trust {
  /** `ATMOS_AUTH_REALM`, which beats `auth.realm`; empty counts as not set. */
  readonly realm: string | undefined;
  /** `ATMOS_KEYRING_TYPE`, which beats `auth.keyring.type`; empty counts as not set. */
  readonly keyringType: string | undefined;
}

/** Used when neither `spec.password_env` nor anything else names a variable. */
const PASSWORD_VARIABLE = "ATMOS_KEYRING_PASSWORD";

/** Decodes the settings; every problem goes to the problems of the section. */
export function decodeSettings(root: RawMap, auth: Scope, context: SettingsContext): Settings {
  const shape = readShape(AUTH_SCHEMA, auth, { elsewhere: ["providers", "identities", "logs"] });
  const { type, spec } = shape?.keyring ?? {};
  return {
    realm: realmOf(auth, context) ?? shape?.realm,
    logs: logsOf(root, auth, context),
    keyring: {
      type: keyringTypeOf(auth, context) ?? type ?? "system",
      path: trustedDirectory(auth, context, ["keyring", "spec", "path"], "a keyring's directory"),
      passwordVariable: spec?.password_env ?? PASSWORD_VARIABLE,
    },
    consoleIsolated: shape?.console?.isolated ?? shape?.console?.isolated_sessions ?? false,
  };
}

function realmOf(auth: Scope, { realm }: SettingsContext): string | undefined {
  if (realm === undefined || realm === "" || REALM.test(realm)) return realm === "" ? undefined : realm;
  reportVariable(auth, "ATMOS_AUTH_REALM", explainLeaf("malformed-realm", JSON.stringify(realm), realm));
  return undefined;
}

function keyringTypeOf(auth: Scope, { keyringType }: SettingsContext): KeyringType | undefined {
  if (keyringType === undefined || keyringType === "") return undefined;
  const type = KEYRING_TYPES.find((known) => known === keyringType.toLowerCase());
  if (type !== undefined) return type;
  const message = `unknown-keyring-type ${KEYRING_TYPES.join(" ")}`;
  reportVariable(auth, "ATMOS_KEYRING_TYPE", explainLeaf(message, JSON.stringify(keyringType), keyringType));
  return undefined;
}

/** A problem in the environment: its path is the variable, and it stands in no file. */
function reportVariable(auth: Scope, path: string, explanation: Explanation): void {
  auth.problems.push({
    ...explanation,
    severity: "error",
    path,
    at: undefined,
    blocks: true,
    about: undefined,
  });
}

const LEVELS: Readonly<Record<typeof LEVEL_WORDS[number], LogLevel>> = {
  Off: "off",
  Error: "error",
  Warn: "warn",
  Warning: "warn",
  Info: "info",
  Debug: "debug",
  Trace: "trace",
};

/** `auth.logs` over `logs`, each of the two keys by itself. */
function logsOf(root: RawMap, auth: Scope, trust: Trust): Settings["logs"] {
  const own = logsScope(auth.base, auth.raw, auth);
  const general = logsScope([], root, auth);
  const [first, second] = [
    readShape(LOGS_SCHEMA, own),
    readShape(LOGS_SCHEMA, general, { ignoreUnknown: true }),
  ];
  const level = first?.level ?? second?.level;
  return {
    level: level === undefined ? undefined : LEVELS[level],
    file: logFile(own, trust) ?? logFile(general, trust),
  };
}

function logsScope(base: Path, raw: Raw | undefined, { problems }: Scope): Scope {
  const entry = entryOf(raw, "logs");
  const path = [...base, entry?.key ?? "logs"];
  return { base: path, raw: entry?.value, at: entry?.keyAt, about: undefined, problems, isAside: true };
}

/** Where logs go when nothing is said; stdout is kept for data. */
export const OWN_STREAMS: readonly string[] = ["/dev/stderr", "/dev/stdout"];

/** A log file; one that only a trusted file may name is left out with a warning, since nothing depends on it. */
function logFile(scope: Scope, trust: Trust): string | undefined {
  const path = ["file"];
  const node = nodeAt(scope.raw, path);
  if (node?.type !== "scalar" || node.value === null || node.text === "" || OWN_STREAMS.includes(node.text)) {
    return undefined;
  }
  const place = trust.place(node.text, node.at.file);
  if (place.standing === "inside" || place.standing === "own" || place.standing === "temporary") {
    return place.path;
  }
  if (place.standing === "outside" && trust.isTrusted(node.at.file)) return place.path;
  const reason = place.standing === "forbidden"
    ? `${place.path} is in a directory of other programs, where nothing of ours is ever written`
    : `a log file outside of the repository counts only from a trusted file, and ${node.at.file} is not one`;
  report(scope, {
    severity: "warning",
    code: place.standing === "forbidden" ? "forbidden-path" : "untrusted",
    path,
    reason: `${reason}; logs go to stderr`,
    hint: place.standing === "forbidden" ? undefined : "Run `atmos auth trust` if you agree with the file",
  });
  return undefined;
}
