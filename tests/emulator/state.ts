import type { Clock, EpochMillis } from "./clock.ts";
import { encodeText } from "./encoding.ts";
import { BASE32, BASE64, BASE64URL, DIGITS_AND_CAPITALS, type Random } from "./random.ts";
import type { AccountSeed, IamUserSeed, Seed } from "./seed_types.ts";

/** How credentials came to be: decides what they may do next. */
export type Origin =
  | "iam-user"
  | "user-session"
  | "permission-set"
  | "role-direct"
  | "role-chained"
  | "role-saml"
  | "role-web-identity";

export interface Credential {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  origin: Origin;
  accountId: string;
  /** What GetCallerIdentity answers: the user, or the session of the role. */
  arn: string;
  userId: string;
  /** What trust policies see as aws:PrincipalArn: the user, or the role with its path. */
  principalArn: string;
  mayAssume: string[];
  mfa: boolean;
  sourceIdentity?: string;
  /** Keys of IAM users only. */
  active: boolean;
  createdAt: EpochMillis;
  /** Unknown to STS before. */
  usableFrom?: EpochMillis;
  expiresAt?: EpochMillis;
  lastUsed?: { at: EpochMillis; service: string; region: string };
}

export interface Registration {
  clientId: string;
  clientSecret: string;
  clientName: string;
  scopes: string[];
  /** `undefined`: registered by an old client that did not say. */
  grantTypes: string[] | undefined;
  redirectUris: string[];
  expiresAt: EpochMillis;
}

export interface DeviceGrant {
  deviceCode: string;
  userCode: string;
  clientId: string;
  /** Seconds; grows by five with every poll that comes too soon. */
  interval: number;
  expiresAt: EpochMillis;
  lastPoll?: EpochMillis;
  status: "pending" | "approved" | "denied" | "used";
  user?: string;
}

export interface AuthorizationCode {
  code: string;
  clientId: string;
  redirectUri: string;
  challenge: string;
  user: string;
  expiresAt: EpochMillis;
  used: boolean;
}

/** A person's sign-in at the access portal, from which all tokens of one family come. */
export interface PortalSession {
  user: string;
  endsAt: EpochMillis;
  ended: boolean;
}

export interface AccessToken {
  session: PortalSession;
  expiresAt: EpochMillis;
}

export interface RefreshToken {
  session: PortalSession;
  clientId: string;
  used: boolean;
}

export interface SigninToken {
  credential: Credential;
  expiresAt: EpochMillis;
  /** The console session ends here. */
  sessionEndsAt: EpochMillis;
  used: boolean;
}

export interface ConsoleSession {
  credential: Credential;
  endsAt: EpochMillis;
  issuer: string;
  destination: string;
}

export interface IssuedSecret {
  /** What it is, such as "session token" or "refresh token". */
  kind: string;
  value: string;
}

/** One call as it was understood; `parameters` holds what was sent, secrets included. */
export interface RequestRecord {
  operation: string;
  at: EpochMillis;
  parameters: Readonly<Record<string, string>>;
  requestId: string;
  /** 0 until it was answered, and for calls that never are. */
  status: number;
}

/** Everything the emulator knows; tests may look at all of it and change it. */
export interface State {
  seed: Seed;
  registrations: Map<string, Registration>;
  deviceGrants: Map<string, DeviceGrant>;
  authorizationCodes: Map<string, AuthorizationCode>;
  accessTokens: Map<string, AccessToken>;
  refreshTokens: Map<string, RefreshToken>;
  /** By access key id. */
  credentials: Map<string, Credential>;
  signinTokens: Map<string, SigninToken>;
  consoleSessions: Map<string, ConsoleSession>;
  /** `SERIAL STEP` of every TOTP code that was accepted. */
  usedCodes: Set<string>;
  requests: RequestRecord[];
  secrets: IssuedSecret[];
}

/** What every service gets. */
export interface Context {
  /** `http://127.0.0.1:PORT` */
  url: string;
  state: State;
  clock: Clock;
  random: Random;
  pageSize: number;
  /** Makes the key pair of the token issuer on first use. */
  issuerKey(): Promise<CryptoKeyPair>;
  /** Bearer of the stand-in for GitHub's token service. */
  githubToken: string;
}

export function newState(seed: Seed, now: EpochMillis): State {
  const state: State = {
    seed,
    registrations: new Map(),
    deviceGrants: new Map(),
    authorizationCodes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    credentials: new Map(),
    signinTokens: new Map(),
    consoleSessions: new Map(),
    usedCodes: new Set(),
    requests: [],
    secrets: [],
  };
  for (const user of seed.iamUsers) {
    for (const key of user.accessKeys) addUserKey(state, user, { ...key, createdAt: now });
    for (const device of user.mfa) state.secrets.push({ kind: "MFA seed", value: device.secret });
  }
  return state;
}

export function addUserKey(
  state: State,
  user: IamUserSeed,
  key: { id: string; secret: string; active: boolean; createdAt: EpochMillis; usableFrom?: EpochMillis },
): Credential {
  const credential: Credential = {
    accessKeyId: key.id,
    secretAccessKey: key.secret,
    origin: "iam-user",
    accountId: accountOf(user.arn),
    arn: user.arn,
    userId: stableId("AIDA", user.arn),
    principalArn: user.arn,
    mayAssume: user.mayAssume ?? ["*"],
    mfa: false,
    active: key.active,
    createdAt: key.createdAt,
    ...(key.usableFrom === undefined ? {} : { usableFrom: key.usableFrom }),
  };
  state.credentials.set(key.id, credential);
  state.secrets.push({ kind: "secret access key", value: key.secret });
  return credential;
}

/** Temporary credentials for whom `session` describes, valid for `duration` seconds. */
export function issueCredential(
  { state, clock, random }: Pick<Context, "state" | "clock" | "random">,
  session: Omit<Credential, "accessKeyId" | "secretAccessKey" | "sessionToken" | "active" | "createdAt">,
): Credential & { sessionToken: string; expiresAt: EpochMillis } {
  const createdAt = clock.now();
  const { longestSession = Infinity } = state.seed;
  const latest = Math.floor(createdAt / 1000 + longestSession) * 1000;
  const credential = {
    ...session,
    accessKeyId: newKeyId(random, "ASIA"),
    secretAccessKey: newSecretKey(random),
    sessionToken: `EMULATOR${random.text(BASE64, 592)}`,
    active: true,
    createdAt,
    expiresAt: Math.min(session.expiresAt ?? createdAt, latest),
  };
  state.credentials.set(credential.accessKeyId, credential);
  state.secrets.push(
    { kind: "secret access key", value: credential.secretAccessKey },
    { kind: "session token", value: credential.sessionToken },
  );
  return credential;
}

export const newKeyId = (random: Random, prefix: "AKIA" | "ASIA"): string => prefix + random.text(BASE32, 16);
export const newSecretKey = (random: Random): string => `EMULATOR${random.text(BASE64, 32)}`;

/** An opaque bearer string that the canary will look for. */
export function issueSecret(
  { state, random }: Pick<Context, "state" | "random">,
  kind: string,
  length = 96,
): string {
  const value = `EMULATOR-${random.text(BASE64URL, length)}`;
  state.secrets.push({ kind, value });
  return value;
}

export const accountOf = (arn: string): string => arn.split(":")[4] ?? "";
export const partitionOf = (arn: string): string => arn.split(":")[1] ?? "";
/** The last part of the path: `ProductionAdmin` of `arn:aws:iam::111122223333:role/ops/ProductionAdmin`. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

export function findAccount(seed: Seed, id: string): AccountSeed | undefined {
  return seed.accounts.find((account) => account.id === id);
}

/** The portal user of this name; the first one when none is named. */
export function findPerson({ portalUsers }: Seed, name: string | undefined): string | undefined {
  return name === undefined ? portalUsers[0]?.name : portalUsers.find((user) => user.name === name)?.name;
}

export function findUser(seed: Seed, arn: string): IamUserSeed | undefined {
  return seed.iamUsers.find((user) => user.arn === arn);
}

/** The id IAM gives an entity (`AROA...`, `AIDA...`): always the same for the same ARN. */
export function stableId(prefix: "AROA" | "AIDA", arn: string): string {
  // FNV-1a over the ARN, then a linear congruential step per letter.
  let hash = 0xcbf29ce484222325n;
  for (const byte of encodeText(arn)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return prefix + Array.from({ length: 17 }, () => {
    hash = BigInt.asUintN(64, hash * 6364136223846793005n + 1442695040888963407n);
    return DIGITS_AND_CAPITALS[Number((hash >> 40n) % 36n)] ?? "";
  }).join("");
}

/** Whether `value` matches an AWS pattern of `*` and `?`. */
export function matchesPattern(pattern: string, value: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}
