import { Refusal } from "./http.ts";
import { checkMfa } from "./mfa.ts";
import {
  answerXml,
  optionalInteger,
  optionalText,
  refuseXml,
  requiredText,
  validationError,
} from "./query_api.ts";
import { type Call, formParameters, type Operation, type Service } from "./service.ts";
import { authenticate } from "./sigv4.ts";
import { type Context, type Credential, issueCredential, partitionOf } from "./state.ts";
import {
  checkSessionPolicy,
  credentialsXml,
  issueRoleSession,
  requireRoleArn,
  ROLE_ARN,
  ROLE_DURATION,
  SESSION_NAME,
  wholeSeconds,
} from "./sts_role.ts";
import { assumeRoleWithSaml } from "./sts_saml.ts";
import { assumeRoleWithWebIdentity } from "./sts_web_identity.ts";
import { mayAssume } from "./trust.ts";
import type { XmlTree } from "./xml.ts";

export const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const VERSION = "2011-06-15";

const OPERATIONS: readonly Operation[] = [
  "AssumeRole",
  "AssumeRoleWithSAML",
  "AssumeRoleWithWebIdentity",
  "GetSessionToken",
  "GetCallerIdentity",
  "GetAccessKeyInfo",
];

/** The Security Token Service (2011-06-15): a form in, XML out. */
export const sts: Service = {
  recognise(incoming) {
    if (incoming.url.pathname !== "/") return undefined;
    const parameters = formParameters(incoming);
    if (parameters["Version"] !== VERSION) return undefined;
    const operation = OPERATIONS.find((name) => name === parameters["Action"]) ?? "UnknownAction";
    return { operation, parameters };
  },
  async handle(context, call) {
    return answerXml(STS_NAMESPACE, call.operation, await perform(context, call), call.requestId);
  },
  refuse: (refusal, requestId) => refuseXml(STS_NAMESPACE, refusal, requestId),
};

async function perform(context: Context, call: Call): Promise<XmlTree> {
  switch (call.operation) {
    case "AssumeRoleWithSAML":
      return assumeRoleWithSaml(context, call.parameters);
    case "AssumeRoleWithWebIdentity":
      return assumeRoleWithWebIdentity(context, call.parameters);
    case "UnknownAction":
      throw new Refusal(
        400,
        "InvalidAction",
        `Could not find operation ${call.parameters["Action"] ?? ""} for version ${VERSION}`,
      );
    default: {
      const { clock, state } = context;
      const { credential, region } = await authenticate(
        call,
        "sts",
        (id) => state.credentials.get(id),
        clock.now(),
      );
      credential.lastUsed = { at: clock.now(), service: "sts", region };
      return performSigned(context, call, credential);
    }
  }
}

function performSigned(
  context: Context,
  { operation, parameters }: Call,
  caller: Credential,
): XmlTree | Promise<XmlTree> {
  if (operation === "GetCallerIdentity") {
    return { Arn: caller.arn, UserId: caller.userId, Account: caller.accountId };
  }
  if (operation === "AssumeRole") return assumeRole(context, parameters, caller);
  if (caller.origin === "user-session" || (operation === "GetSessionToken" && caller.origin !== "iam-user")) {
    throw new Refusal(403, "AccessDenied", `Cannot call ${operation} with session credentials`);
  }
  return operation === "GetSessionToken"
    ? getSessionToken(context, parameters, caller)
    : getAccessKeyInfo(context, parameters);
}

async function assumeRole(
  context: Context,
  parameters: Readonly<Record<string, string>>,
  caller: Credential,
): Promise<XmlTree> {
  const roleArn = requiredText(parameters, "RoleArn", ROLE_ARN);
  const sessionName = requiredText(parameters, "RoleSessionName", SESSION_NAME);
  const duration = optionalInteger(parameters, "DurationSeconds", ROLE_DURATION);
  const externalId = optionalText(parameters, "ExternalId", {
    min: 2,
    max: 1224,
    pattern: /^[\w+=,.@:/-]*$/,
  });
  const sourceIdentity = optionalText(parameters, "SourceIdentity", SESSION_NAME);
  const packedPolicySize = checkSessionPolicy(parameters);
  requireRoleArn(roleArn);
  if (partitionOf(roleArn) !== partitionOf(caller.arn)) throw validationError("Request ARN is invalid");
  const mfa = await checkMfa(context, caller, parameters) || caller.mfa;
  const role = context.state.seed.roles.find(({ arn }) => arn === roleArn);
  const keepsSource = caller.sourceIdentity === undefined ||
    (sourceIdentity ?? caller.sourceIdentity) === caller.sourceIdentity;
  if (role === undefined || !keepsSource || !mayAssume(caller, role, { externalId, mfa })) {
    throw new Refusal(
      403,
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  }
  if (isRoleSession(caller) && (duration ?? 0) > 3600) {
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  const source = sourceIdentity ?? caller.sourceIdentity;
  const result = issueRoleSession(context, role, {
    sessionName,
    duration: duration ?? 3600,
    origin: caller.origin === "iam-user" ? "role-direct" : "role-chained",
    ...(source === undefined ? {} : { sourceIdentity: source }),
  });
  return { ...result, PackedPolicySize: packedPolicySize, SourceIdentity: source };
}

function isRoleSession({ origin }: Credential): boolean {
  return origin !== "iam-user" && origin !== "user-session";
}

async function getSessionToken(
  context: Context,
  parameters: Readonly<Record<string, string>>,
  caller: Credential,
): Promise<XmlTree> {
  const duration = optionalInteger(parameters, "DurationSeconds", { min: 900, max: 129600 }) ?? 43200;
  const mfa = await checkMfa(context, caller, parameters);
  const { accountId, arn, userId, principalArn, mayAssume } = caller;
  const credential = issueCredential(context, {
    origin: "user-session",
    accountId,
    arn,
    userId,
    principalArn,
    mayAssume,
    mfa,
    expiresAt: wholeSeconds(context.clock.now()) + duration * 1000,
  });
  return { Credentials: credentialsXml(credential) };
}

function getAccessKeyInfo({ state }: Context, parameters: Readonly<Record<string, string>>): XmlTree {
  const id = requiredText(parameters, "AccessKeyId", { min: 16, max: 128, pattern: /^[\w]*$/ });
  const credential = state.credentials.get(id);
  if (credential === undefined) throw validationError("Invalid AccessKeyId");
  return { Account: credential.accountId };
}
