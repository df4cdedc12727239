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
import { directoryAt } from "./places.ts";
import { OWN_STREAMS, PASSWORD_VARIABLE, type Trust } from "./trust.ts";
import { type AuthConfig, KEYRING_TYPES, type KeyringType, type LogLevel } from "./types.ts";

/** The settings of {@linkcode AuthConfig}. */
export type Settings = Omit<AuthConfig, "providers" | "identities" | "commonEnv">;

/** What the settings depend on beside the tree. */
export interface SettingsContext extends Trust {
  /** `ATMOS_AUTH_REALM`, which beats `auth.realm`; empty counts as not set. */
  readonly realm: string | undefined;
  /** `ATMOS_KEYRING_TYPE`, which beats `auth.keyring.type`; empty counts as not set. */
  readonly keyringType: string | undefined;
}

/** Decodes the settings; every problem goes to the problems of the section. */
export function decodeSettings(
  root: RawMap,
  auth: Scope,
  context: SettingsContext,
): { readonly settings: Settings; readonly logs: readonly Scope[] } {
  const shape = readShape(AUTH_SCHEMA, auth, { elsewhere: ["providers", "identities", "logs"] });
  const { type, spec } = shape?.keyring ?? {};
  const own = logsScope(auth.base, auth.raw, auth);
  const general = logsScope([], root, auth);
  const settings: Settings = {
    realm: realmOf(auth, context) ?? shape?.realm,
    logs: logsOf(own, general, context),
    keyring: {
      type: keyringTypeOf(auth, context) ?? type ?? "system",
      path: directoryAt(auth, context, ["keyring", "spec", "path"]),
      passwordVariable: spec?.password_env ?? PASSWORD_VARIABLE,
    },
    consoleIsolated: shape?.console?.isolated ?? shape?.console?.isolated_sessions ?? false,
  };
  return { settings, logs: [own, general] };
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
function logsOf(own: Scope, general: Scope, trust: Trust): Settings["logs"] {
  const [first, second] = [
    readShape(LOGS_SCHEMA, own),
    readShape(LOGS_SCHEMA, general, { ignoreUnknown: true }),
  ];
  const level = first?.level ?? second?.level;
  return {
    level: level === undefined ? undefined : LEVELS[level],
    file: undefined,
    ...(logFile(own, trust) ?? logFile(general, trust)),
  };
}

function logsScope(base: Path, raw: Raw | undefined, { problems }: Scope): Scope {
  const entry = entryOf(raw, "logs");
  const path = [...base, entry?.key ?? "logs"];
  return {
    base: path,
    raw: entry?.value,
    at: entry?.keyAt,
    about: { type: "logs" },
    problems,
    facts: [],
    isAside: true,
  };
}

/** A log file; one that cannot be used is left out with a warning, since nothing depends on it. */
function logFile(scope: Scope, trust: Trust): Pick<Settings["logs"], "file" | "isUntrusted"> | undefined {
  const path = ["file"];
  const node = nodeAt(scope.raw, path);
  if (node?.type !== "scalar" || node.value === null || node.text === "" || OWN_STREAMS.includes(node.text)) {
    return undefined;
  }
  const place = trust.place(node.text, node.at.file);
  if (place.fault === undefined && place.standing !== "forbidden") {
    const isUntrusted = place.standing === "temporary" && !trust.isTrusted(node.at.file);
    return { file: place.path, ...(isUntrusted ? { isUntrusted } : {}) };
  }
  report(scope, {
    severity: "warning",
    code: "forbidden-path",
    path,
    reason: `${place.fault ?? `${place.path} belongs to other programs`}; no log file is written`,
  });
  return undefined;
}
