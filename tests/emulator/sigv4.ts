import { type EpochMillis, isoBasic, parseIsoBasic } from "./clock.ts";
import { encodeHex, encodeText, hmac, sameText, sha256 } from "./encoding.ts";
import { Refusal } from "./http.ts";
import type { Incoming } from "./server.ts";
import type { Credential } from "./state.ts";

const WINDOW = 15 * 60 * 1000;

/** The parts of an `Authorization: AWS4-HMAC-SHA256 ...` header. */
export interface Authorization {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

/** `undefined` when a part is missing. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [algorithm, rest] = header.split(/\s+(.*)/s);
  if (algorithm !== "AWS4-HMAC-SHA256" || rest === undefined) return undefined;
  const fields = Object.fromEntries(rest.split(",").map((field) => field.trim().split(/=(.*)/s)));
  const [accessKeyId, date, region, service, terminator] = (fields["Credential"] ?? "").split("/");
  const signature: string | undefined = fields["Signature"];
  const signedHeaders: string[] = fields["SignedHeaders"]?.split(";") ?? [];
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request" || !signature) {
    return undefined;
  }
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

/** The canonical request over exactly the headers named as signed. */
export async function canonicalRequest(
  incoming: Pick<Incoming, "method" | "url" | "rawQuery" | "headers" | "body">,
  signedHeaders: readonly string[],
): Promise<string> {
  const headers = signedHeaders.map((name) =>
    `${name}:${(incoming.headers.get(name) ?? "").trim().replaceAll(/\s+/g, " ")}\n`
  );
  return [
    incoming.method,
    incoming.url.pathname,
    canonicalQuery(incoming.rawQuery),
    headers.join(""),
    signedHeaders.join(";"),
    encodeHex(await sha256(incoming.body)),
  ].join("\n");
}

function canonicalQuery(rawQuery: string): string {
  const pairs = [...new URLSearchParams(rawQuery)].map((pair) => pair.map(encodeRfc3986));
  const compare = (left = "", right = "") => left < right ? -1 : left > right ? 1 : 0;
  pairs.sort(([name, value], [otherName, otherValue]) =>
    compare(name, otherName) || compare(value, otherValue)
  );
  return pairs.map((pair) => pair.join("=")).join("&");
}

function encodeRfc3986(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The signature that whoever holds `secret` makes at `timestamp` (`20261123T120000Z`). */
export async function sign(
  secret: string,
  { date, region, service }: Pick<Authorization, "date" | "region" | "service">,
  timestamp: string,
  request: string,
): Promise<string> {
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", timestamp, scope, encodeHex(await sha256(request))].join("\n");
  let key = encodeText(`AWS4${secret}`);
  for (const part of [date, region, service, "aws4_request"]) key = await hmac("SHA-256", key, part);
  return encodeHex(await hmac("SHA-256", key, text));
}

/**
 * Who signed this request. Refuses what STS and IAM refuse, with their codes: MissingAuthenticationToken,
 * IncompleteSignature, InvalidClientTokenId, SignatureDoesNotMatch, ExpiredToken.
 */
export async function authenticate(
  incoming: Incoming,
  service: string,
  find: (accessKeyId: string) => Credential | undefined,
  now: EpochMillis,
): Promise<{ credential: Credential; region: string }> {
  const header = incoming.headers.get("authorization");
  if (header === null) {
    throw new Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  }
  const authorization = parseAuthorization(header);
  if (authorization === undefined) {
    throw new Refusal(400, "IncompleteSignature", "The Authorization header lacks a part of the signature");
  }
  requireSignedHeaders(incoming, authorization.signedHeaders);
  const timestamp = requireTime(incoming, authorization, now);
  if (authorization.service !== service) {
    throw mismatch(`Credential should be scoped to correct service: '${service}'.`);
  }
  const credential = find(authorization.accessKeyId);
  if (credential === undefined || !credential.active || now < (credential.usableFrom ?? 0)) {
    throw unknownToken();
  }
  const expected = await sign(
    credential.secretAccessKey,
    authorization,
    timestamp,
    await canonicalRequest(incoming, authorization.signedHeaders),
  );
  if (!sameText(expected, authorization.signature) || !(await hasDeclaredBody(incoming))) {
    throw mismatch(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
        "Access Key and signing method. Consult the service documentation for details.",
    );
  }
  const token = incoming.headers.get("x-amz-security-token") ?? "";
  if (!sameText(token, credential.sessionToken ?? "")) throw unknownToken();
  if (credential.expiresAt !== undefined && now >= credential.expiresAt) {
    throw new Refusal(403, "ExpiredToken", "The security token included in the request is expired");
  }
  return { credential, region: authorization.region };
}

const mismatch = (message: string) => new Refusal(403, "SignatureDoesNotMatch", message);

export const unknownToken = () =>
  new Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.");

/** SigV4 asks for the host and for every x-amz header that is sent. */
function requireSignedHeaders({ headers }: Incoming, signed: readonly string[]): void {
  const sent = [...headers.keys()].filter((name) => name.startsWith("x-amz-"));
  const missing = ["host", ...sent].filter((name) => !signed.includes(name));
  if (missing.length > 0) {
    throw mismatch(`Headers present in the request were not signed: ${missing.join(", ")}`);
  }
}

function requireTime({ headers }: Incoming, { date }: Authorization, now: EpochMillis): string {
  const timestamp = headers.get("x-amz-date") ?? "";
  const signedAt = parseIsoBasic(timestamp);
  if (signedAt === undefined) {
    throw new Refusal(400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'.");
  }
  if (timestamp.slice(0, 8) !== date) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}'.`,
    );
  }
  if (signedAt < now - WINDOW) {
    throw mismatch(
      `Signature expired: ${timestamp} is now earlier than ${isoBasic(now - WINDOW)} (${
        isoBasic(now)
      } - 15 min.)`,
    );
  }
  if (signedAt > now + WINDOW) {
    throw mismatch(
      `Signature not yet current: ${timestamp} is still later than ${isoBasic(now + WINDOW)} (${
        isoBasic(now)
      } + 15 min.)`,
    );
  }
  return timestamp;
}

async function hasDeclaredBody({ headers, body }: Incoming): Promise<boolean> {
  const declared = headers.get("x-amz-content-sha256");
  return declared === null || sameText(declared, encodeHex(await sha256(body)));
}
