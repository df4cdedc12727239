/**
 * Identities: what chains pass through.
 *
 * @module
 */
import * as v from "valibot";
import { isAccountId } from "../arn.ts";
import { Secret } from "../credentials.ts";
import { formatDuration, parseDuration } from "../duration.ts";
import { SESSION_VARIABLES } from "../session_variables.ts";
import { type Draft, type EntryContext, kindOf, openEntry, reportLiteralSecret } from "./entry.ts";
import { splitTokens } from "./env_tag.ts";
import { explainLeaf } from "./leaves.ts";
import { reportForeignArn, reportUnknownRegion } from "./providers.ts";
import { isNull, nodeAt, type Raw, type RawEntry, textAt } from "./raw.ts";
import { readVia, type References } from "./references.ts";
import { IDENTITY_SCHEMAS } from "./schemas.ts";
import { report, type Scope, shownNode } from "./scope.ts";
import { readShape } from "./shape.ts";
import {
  type AssumeRoleIdentity,
  IDENTITY_KINDS,
  type IdentityConfig,
  type IdentityKind,
  type LongLivedKeys,
  type PermissionSetIdentity,
  type UserIdentity,
  type Via,
} from "./types.ts";
import { isWithin, USER_MFA_SECONDS, USER_SECONDS } from "../aws_durations.ts";

type Shape<Kind extends keyof typeof IDENTITY_SCHEMAS> = v.InferOutput<typeof IDENTITY_SCHEMAS[Kind]>;

/** An identity on the way, with what it starts from. */
export interface IdentityDraft extends Draft<IdentityConfig> {
  readonly via: Via | undefined;
}

/** Decodes one entry of `auth.identities`; what depends on other identities is checked later. */
export function decodeIdentity(
  entry: RawEntry,
  references: References,
  context: EntryContext,
): IdentityDraft {
  const scope = openEntry("identity", entry, context);
  const kind = kindOf("identity", IDENTITY_KINDS, scope, references.finder);
  const via = kind === "aws/user" ? undefined : readVia(scope, references, kind);
  return {
    name: entry.key,
    scope,
    kind: textAt(entry.value, "kind"),
    via: kind === undefined ? undefined : via,
    config: kind === undefined ? undefined : configOf(kind, scope, via),
  };
}

function configOf(
  kind: IdentityKind | "unsupported",
  scope: Scope,
  via: Via | undefined,
): IdentityConfig | undefined {
  switch (kind) {
    case "aws/permission-set":
      return permissionSet(scope, via);
    case "aws/assume-role":
      return assumeRole(scope, via);
    case "aws/user":
      return user(scope);
    case "unsupported":
      return { kind, declaredKind: textAt(scope.raw, "kind") ?? "", via };
  }
}

function readCommon(scope: Scope) {
  refuseSessionVariables(scope);
  reportUnknownRegion(scope, ["principal", "region"]);
  reportUnknownRegion(scope, ["credentials", "region"]);
  return (shape: Shape<keyof typeof IDENTITY_SCHEMAS>) => ({
    required: shape.required ?? false,
    alias: shape.alias,
    env: variablesOf(shape.env),
    sessionSeconds: shape.session?.duration,
    endpointUrl: shape.spec?.endpoint_url,
  });
}

function variablesOf(env: Shape<"aws/user">["env"]): UserIdentity["env"] {
  if (env === undefined) return [];
  return Array.isArray(env) ? env : Object.entries(env).map(([key, value]) => ({ key, value }));
}

/** What carries or selects our session is ours to set: a file that sets it would put another account in its place. */
function refuseSessionVariables(scope: Scope): void {
  const node = nodeAt(scope.raw, ["env"]);
  const named: readonly (readonly [string, string | number])[] = node?.type === "list"
    ? node.items.flatMap((item, index) => keysNamed(item).map((name) => [name, index] as const))
    : node?.type === "map"
    ? [...node.entries.keys()].map((key) => [key, key])
    : [];
  for (const [name, key] of named) {
    if (!SESSION_VARIABLES.has(name.toUpperCase())) continue;
    report(scope, {
      code: "session-variable",
      path: ["env", key],
      reason: `${name} carries or selects the session, and cannot be set here`,
      hint: "Remove it: commands get the session of the identity",
    });
  }
}

/** The names in an item of `env`, in every spelling of its key. */
function keysNamed(item: Raw): readonly string[] {
  const entries = item.type === "map" ? [...item.entries.values()] : [];
  return entries.flatMap(({ key, value }) =>
    key.toLowerCase() === "key" && value.type === "scalar" ? [value.text] : []
  );
}

function permissionSet(scope: Scope, via: Via | undefined): PermissionSetIdentity | undefined {
  const common = readCommon(scope);
  checkAccount(scope);
  const shape = readShape(IDENTITY_SCHEMAS["aws/permission-set"], scope);
  if (shape === undefined || via === undefined || !("provider" in via)) return undefined;
  const { name, account: { id, name: accountName }, region } = shape.principal;
  const account = id !== undefined ? { id } : accountName !== undefined ? { name: accountName } : undefined;
  return account && { kind: shape.kind, ...common(shape), via, permissionSet: name, account, region };
}

function checkAccount(scope: Scope): void {
  const path = ["principal", "account"];
  const account = nodeAt(scope.raw, path);
  if (account?.type !== "map") return;
  const id = nodeAt(account, ["id"]);
  const name = nodeAt(account, ["name"]);
  const warn = (code: string, key: string, reason: string, hint: string) =>
    report(scope, { severity: "warning", code, path: [...path, key], reason, hint });
  if ((id === undefined || isNull(id)) && (name === undefined || isNull(name))) {
    const reason = "the account has neither an id nor a name";
    report(scope, {
      code: "missing-key",
      path: [...path, "id"],
      reason,
      hint: 'Add id: "111122223333", or name: NAME',
    });
  }
  if (id?.type === "scalar" && id.plain && isAccountId(id.text)) {
    const reason =
      `the account id ${id.text} is not quoted: other tools read it as a number, and lose a leading zero`;
    warn("unquoted-account-id", "id", reason, `Write "${id.text}"`);
  }
  if (id !== undefined && name !== undefined && !isNull(id) && !isNull(name)) {
    warn(
      "account-twice",
      "name",
      "the account has both an id and a name; the id counts",
      "Remove one of the two",
    );
  } else if (name?.type === "scalar" && isAccountId(name.text)) {
    warn("account-name-is-id", "name", "the account's name looks like an id", `Write id: "${name.text}"`);
  }
}

function assumeRole(scope: Scope, via: Via | undefined): AssumeRoleIdentity | undefined {
  const common = readCommon(scope);
  const shape = readShape(IDENTITY_SCHEMAS["aws/assume-role"], scope);
  if (shape === undefined || via === undefined) return undefined;
  const { principal } = shape;
  return {
    kind: shape.kind,
    ...common(shape),
    via,
    roleArn: principal.assume_role,
    sessionName: principal.session_name,
    externalId: principal.external_id,
    durationSeconds: principal.duration,
    region: principal.region,
  };
}

function user(scope: Scope): UserIdentity | undefined {
  const common = readCommon(scope);
  reportLiteralSecret(scope, ["credentials", "secret_access_key"], "AWS_SECRET_ACCESS_KEY");
  reportHalfPair(scope);
  reportSessionLimits(scope);
  reportForeignArn(scope, ["credentials", "mfa_arn"], textAt(scope.raw, "credentials", "region"));
  const shape = readShape(IDENTITY_SCHEMAS["aws/user"], scope, {
    mayBeUnset: ["credentials.mfa_arn"],
    secret: ["credentials.secret_access_key", "credentials.access_key_id"],
  });
  if (shape === undefined) return undefined;
  const credentials = shape.credentials ?? {};
  return {
    kind: shape.kind,
    ...common(shape),
    via: undefined,
    keys: keysOf(credentials.access_key_id, credentials.secret_access_key),
    mfaArn: credentials.mfa_arn,
    ...shownDevice(scope),
    mfaCommand: wordsOf(credentials.mfa_command),
    region: credentials.region,
  };
}

/** A serial number may be any text of a variable; an ARN is no secret. */
function shownDevice(scope: Scope): Pick<UserIdentity, "mfaShown"> {
  const node = nodeAt(scope.raw, ["credentials", "mfa_arn"]);
  return node?.type !== "scalar" || node.reference === undefined || node.text.startsWith("arn:")
    ? {}
    : { mfaShown: shownNode(node) };
}

function keysOf(accessKeyId: string | undefined, secret: string | undefined): LongLivedKeys | undefined {
  if (accessKeyId === undefined || secret === undefined) return undefined;
  return { accessKeyId, secretAccessKey: new Secret(secret) };
}

function wordsOf(command: string | readonly string[] | undefined): UserIdentity["mfaCommand"] {
  const split = typeof command === "string" ? splitTokens(command) : command ?? [];
  const [program, ...words] = typeof split === "string" ? [] : split;
  return program === undefined ? undefined : [program, ...words];
}

function reportHalfPair(scope: Scope): void {
  const credentials = nodeAt(scope.raw, ["credentials"]);
  const missing = ["access_key_id", "secret_access_key"].filter((key) => {
    const node = nodeAt(credentials, [key]);
    return node === undefined || isNull(node);
  });
  const [key] = missing;
  if (key === undefined || missing.length > 1) return;
  report(scope, {
    code: "half-key-pair",
    path: ["credentials", key],
    reason: `${key} is missing: a key pair is both parts, or neither`,
    hint: "Write both, or none and run `atmos auth user configure`",
  });
}

/** STS GetSessionToken: 15 minutes to 36 hours; ours without MFA: 12 hours, as the manual of Atmos says. */
function reportSessionLimits(scope: Scope): void {
  const path = ["session", "duration"];
  const text = textAt(scope.raw, ...path) ?? "";
  const seconds = parseDuration(text);
  if (seconds === undefined) return;
  if (!isWithin(seconds, USER_MFA_SECONDS)) {
    const message = `duration-limits ${USER_MFA_SECONDS.least} ${USER_MFA_SECONDS.most}`;
    return report(scope, { path, ...explainLeaf(message, JSON.stringify(text), text) });
  }
  if (seconds <= USER_SECONDS.most || nodeAt(scope.raw, ["credentials", "mfa_arn"]) !== undefined) {
    return;
  }
  report(scope, {
    severity: "warning",
    code: "duration-needs-mfa",
    path,
    reason: `${JSON.stringify(text)} is more than ${
      formatDuration(USER_SECONDS.most)
    }, which only a session with MFA may last`,
    hint: "Add credentials.mfa_arn, unless it is in the keyring (`atmos auth user configure`)",
  });
}
