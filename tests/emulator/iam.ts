import { isoSeconds } from "./clock.ts";
import { Refusal } from "./http.ts";
import { answerXml, optionalText, refuseXml, requiredText } from "./query_api.ts";
import type { IamUserSeed } from "./seed_types.ts";
import { type Call, formParameters, type Operation, type Service } from "./service.ts";
import { authenticate, unknownToken } from "./sigv4.ts";
import {
  addUserKey,
  type Context,
  type Credential,
  findUser,
  nameOf,
  newKeyId,
  newSecretKey,
  partitionOf,
} from "./state.ts";
import type { XmlTree } from "./xml.ts";

const NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";
const VERSION = "2010-05-08";
const KEYS_PER_USER = 2;
const KEY_ID = { min: 16, max: 128, pattern: /^[\w]+$/ };

const OPERATIONS: readonly Operation[] = [
  "ListAccessKeys",
  "CreateAccessKey",
  "UpdateAccessKey",
  "DeleteAccessKey",
  "GetAccessKeyLastUsed",
  "ListMFADevices",
];

/** IAM's query API (2010-05-08): what a user may do with their own keys. */
export const iam: Service = {
  recognise(incoming) {
    if (incoming.url.pathname !== "/") return undefined;
    const parameters = formParameters(incoming);
    if (parameters["Version"] !== VERSION) return undefined;
    return {
      operation: OPERATIONS.find((name) => name === parameters["Action"]) ?? "UnknownAction",
      parameters,
    };
  },
  async handle(context, call) {
    if (call.operation === "UnknownAction") {
      const message = `Could not find operation ${call.parameters["Action"] ?? ""} for version ${VERSION}`;
      throw new Refusal(400, "InvalidAction", message);
    }
    const { state, clock } = context;
    const { credential, region } = await authenticate(
      call,
      "iam",
      (id) => state.credentials.get(id),
      clock.now(),
    );
    const user = authorize(context, call, credential);
    const result = perform(context, call, user);
    credential.lastUsed = { at: clock.now(), service: "iam", region };
    return answerXml(NAMESPACE, call.operation, result, call.requestId);
  },
  refuse: (refusal, requestId) => refuseXml(NAMESPACE, refusal, requestId),
};

/** The user whose keys these are: the caller, who may manage no other. */
function authorize({ state }: Context, { operation, parameters }: Call, caller: Credential): IamUserSeed {
  // IAM does not know sessions that were made without a second factor.
  if (caller.origin === "user-session" && !caller.mfa) throw unknownToken();
  const user = findUser(state.seed, caller.principalArn);
  const named = optionalText(parameters, "UserName", { min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ });
  const resource = named === undefined
    ? caller.arn
    : `arn:${partitionOf(caller.arn)}:iam::${caller.accountId}:user/${named}`;
  const refused = (why: string) => {
    const message =
      `User: ${caller.arn} is not authorized to perform: iam:${operation} on resource: ${resource} ${why}`;
    return new Refusal(403, "AccessDenied", message);
  };
  if (user === undefined || (named !== undefined && named !== nameOf(user.arn))) {
    throw refused(`because no identity-based policy allows the iam:${operation} action`);
  }
  if (user.requireMfaForIam && !caller.mfa) {
    throw refused("with an explicit deny in an identity-based policy");
  }
  return user;
}

function perform(context: Context, { operation, parameters }: Call, user: IamUserSeed): XmlTree | undefined {
  const { state } = context;
  const keys = [...state.credentials.values()].filter(({ origin, arn }) =>
    origin === "iam-user" && arn === user.arn
  );
  const userName = nameOf(user.arn);
  const requireKey = (): Credential => {
    const id = requiredText(parameters, "AccessKeyId", KEY_ID);
    const key = keys.find(({ accessKeyId }) => accessKeyId === id);
    if (key === undefined) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    return key;
  };
  switch (operation) {
    case "ListAccessKeys":
      return { UserName: userName, AccessKeyMetadata: keys.map(describeKey), IsTruncated: false };
    case "CreateAccessKey":
      return createAccessKey(context, user, keys.length);
    case "UpdateAccessKey": {
      const status = requiredText(parameters, "Status", { min: 6, max: 8, pattern: /^(Active|Inactive)$/ });
      requireKey().active = status === "Active";
      return undefined;
    }
    case "DeleteAccessKey":
      state.credentials.delete(requireKey().accessKeyId);
      return undefined;
    case "GetAccessKeyLastUsed":
      return { UserName: userName, AccessKeyLastUsed: describeUse(requireKey()) };
    default:
      return { MFADevices: user.mfa.map((device) => describeDevice(userName, device)), IsTruncated: false };
  }
}

const noSuchEntity = (message: string) => new Refusal(404, "NoSuchEntity", message);

function createAccessKey({ state, clock, random }: Context, user: IamUserSeed, existing: number): XmlTree {
  if (existing >= KEYS_PER_USER) {
    throw new Refusal(409, "LimitExceeded", `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);
  }
  const createdAt = clock.now();
  const key = addUserKey(state, user, {
    id: newKeyId(random, "AKIA"),
    secret: newSecretKey(random),
    active: true,
    createdAt,
    usableFrom: createdAt + (state.seed.keyPropagation ?? 0) * 1000,
  });
  return { AccessKey: { ...describeKey(key), SecretAccessKey: key.secretAccessKey } };
}

function describeKey({ arn, accessKeyId, active, createdAt }: Credential): XmlTree {
  return {
    UserName: nameOf(arn),
    AccessKeyId: accessKeyId,
    Status: active ? "Active" : "Inactive",
    CreateDate: isoSeconds(createdAt),
  };
}

function describeUse({ lastUsed }: Credential): XmlTree {
  if (lastUsed === undefined) return { ServiceName: "N/A", Region: "N/A" };
  return { LastUsedDate: isoSeconds(lastUsed.at), ServiceName: lastUsed.service, Region: lastUsed.region };
}

function describeDevice(userName: string, { serial, enabledAt }: IamUserSeed["mfa"][number]): XmlTree {
  return { UserName: userName, SerialNumber: serial, EnableDate: isoSeconds(enabledAt) };
}
