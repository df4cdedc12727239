/** A client for the emulator's own tests: plain requests, signed by the code of the vectors. */
import { isoBasic } from "./clock.ts";
import { encodeText } from "./encoding.ts";
import { type Emulator, PORTAL_USER } from "./mod.ts";
import { canonicalRequest, sign } from "./sigv4.ts";
import { type Credential, issueCredential } from "./state.ts";
import { newRandom } from "./random.ts";

export const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export async function send(url: string, init?: RequestInit): Promise<Reply> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A JSON call to the OIDC service: its status, the exception its header names, and the members of its body. */
export async function postJson({ url }: Emulator, path: string, body: unknown) {
  const { status, headers, text } = await send(url + path, { method: "POST", body: JSON.stringify(body) });
  const exception = headers.get("x-amzn-errortype")?.split(":")[0];
  const members: Record<string, unknown> = JSON.parse(text);
  return { status, exception, members };
}

export function postForm(url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return send(url, { method: "POST", body: new URLSearchParams(form), headers });
}

/** A client registration, refreshable unless `extra` says otherwise. */
export async function register(emulator: Emulator, extra: Record<string, unknown> = {}) {
  const { members } = await postJson(emulator, "/client/register", {
    clientName: "test",
    clientType: "public",
    scopes: ["sso:account:access"],
    grantTypes: [DEVICE_CODE, "refresh_token"],
    ...extra,
  });
  return { clientId: String(members["clientId"]), clientSecret: String(members["clientSecret"]) };
}

/** A device request that waits for its person. */
export async function startDevice(emulator: Emulator, extra: Record<string, unknown> = {}) {
  const client = await register(emulator, extra);
  const { members } = await postJson(emulator, "/device_authorization", {
    ...client,
    startUrl: emulator.startUrl,
  });
  const deviceCode = String(members["deviceCode"]);
  const poll = () => postJson(emulator, "/token", { ...client, grantType: DEVICE_CODE, deviceCode });
  const refresh = (refreshToken: unknown) =>
    postJson(emulator, "/token", { ...client, grantType: "refresh_token", refreshToken });
  return { client, deviceCode, userCode: String(members["userCode"]), poll, refresh };
}

export async function login(emulator: Emulator, extra: Record<string, unknown> = {}) {
  const device = await startDevice(emulator, extra);
  emulator.approve(device.userCode);
  const { members } = await device.poll();
  return { ...device, tokens: members, accessToken: String(members["accessToken"]) };
}

export function getPortal({ url }: Emulator, path: string, accessToken: string): Promise<Reply> {
  return send(url + path, { headers: { "x-amz-sso_bearer_token": accessToken } });
}

/** The keys of a permission set, straight from the state: for tests that are not about the portal. */
export function permissionSetKeys(emulator: Emulator, accountId: string, name: string): Credential {
  const roleArn =
    `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_${name}_0123456789abcdef`;
  const clock = { now: emulator.now, advance: emulator.advance, set: emulator.setClock };
  return issueCredential({ state: emulator.state, clock, random: newRandom() }, {
    origin: "permission-set",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/AWSReservedSSO_${name}_0123456789abcdef/${PORTAL_USER}`,
    userId: `AROAEXAMPLE:${PORTAL_USER}`,
    principalArn: roleArn,
    mayAssume: ["*"],
    mfa: false,
    expiresAt: emulator.now() + 3_600_000,
  });
}

export interface Signing {
  service?: string;
  region?: string;
  /** Milliseconds; default the emulator's now. */
  at?: number;
  /** Headers that are sent but not signed. */
  unsigned?: Record<string, string>;
  /** Changes the request after it was signed. */
  tamper?: (parts: { body: string; headers: Headers; query: string }) => void;
}

/** A signed form call to STS or IAM. */
export async function callSigned(
  emulator: Emulator,
  keys: Keys,
  form: Record<string, string>,
  { service = "sts", region = "us-east-1", at = emulator.now(), unsigned = {}, tamper }: Signing = {},
): Promise<Reply> {
  const url = new URL(emulator.url);
  const body = new URLSearchParams(form).toString();
  const headers = new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: url.host,
    "x-amz-date": isoBasic(at),
  });
  if (keys.sessionToken !== undefined) headers.set("x-amz-security-token", keys.sessionToken);
  const signed = [...headers.keys()].sort();
  const scope = { date: isoBasic(at).slice(0, 8), region, service };
  const request = await canonicalRequest({
    method: "POST",
    url,
    rawQuery: "",
    headers,
    body: encodeText(body),
  }, signed);
  const signature = await sign(keys.secretAccessKey, scope, isoBasic(at), request);
  const credential = `${keys.accessKeyId}/${scope.date}/${region}/${service}/aws4_request`;
  headers.set(
    "authorization",
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed.join(";")}, Signature=${signature}`,
  );
  for (const [name, value] of Object.entries(unsigned)) headers.set(name, value);
  const parts = { body, headers, query: "" };
  tamper?.(parts);
  headers.delete("host");
  return send(`${emulator.url}/${parts.query}`, { method: "POST", headers, body: parts.body });
}

export function callSts(
  emulator: Emulator,
  keys: Keys,
  action: string,
  form: Record<string, string> = {},
  signing?: Signing,
) {
  return callSigned(emulator, keys, { Action: action, Version: "2011-06-15", ...form }, signing);
}

export function callIam(emulator: Emulator, keys: Keys, action: string, form: Record<string, string> = {}) {
  return callSigned(emulator, keys, { Action: action, Version: "2010-05-08", ...form }, { service: "iam" });
}

/** The text of the first element with this name. */
export function textIn(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** `400 ValidationError`, or `200` when all went well. */
export function outcome({ status, text }: Reply): string {
  return status === 200 ? "200" : `${status} ${textIn(text, "Code")}`;
}

/** The credentials of an STS answer. */
export function keysIn({ status, text }: Reply): Keys & { expiresAt: number } {
  if (status !== 200) throw new RangeError(`no credentials: ${text}`);
  return {
    accessKeyId: textIn(text, "AccessKeyId") ?? "",
    secretAccessKey: textIn(text, "SecretAccessKey") ?? "",
    sessionToken: textIn(text, "SessionToken") ?? "",
    expiresAt: Date.parse(textIn(text, "Expiration") ?? ""),
  };
}
