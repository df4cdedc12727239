import { decodeBase64Url, decodeText, encodeBase64Url, encodeText, sha256 } from "./encoding.ts";
import { json, readJsonObject, Refusal } from "./http.ts";
import type { Operation, Service } from "./service.ts";
import type { Context } from "./state.ts";

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** The claims that STS looks at; times in milliseconds. */
export interface Jwt {
  issuer: string;
  subject: string;
  audience: string;
  expiresAt: number;
}

export function newIssuerKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(
    { ...RS256, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ["sign", "verify"],
  );
}

export async function signJwt(
  claims: Record<string, unknown>,
  { privateKey, publicKey }: CryptoKeyPair,
): Promise<string> {
  const header = { alg: "RS256", typ: "JWT", kid: await keyId(publicKey) };
  const signed = [header, claims].map((part) => encodeBase64Url(encodeText(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign(RS256, privateKey, encodeText(signed));
  return `${signed}.${encodeBase64Url(new Uint8Array(signature))}`;
}

export async function verifyJwt(token: string, key: CryptoKey): Promise<boolean> {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const bytes = decodeBase64Url(signature);
  if (bytes === undefined || readPart(header)?.["alg"] !== "RS256") return false;
  return await crypto.subtle.verify(RS256, key, bytes, encodeText(`${header}.${claims}`));
}

/** Reads the claims without checking anything; `undefined` when one of them is missing. */
export function decodeJwt(token: string): Jwt | undefined {
  const { iss, sub, aud, exp } = readPart(token.split(".")[1] ?? "") ?? {};
  if (
    typeof iss !== "string" || typeof sub !== "string" || typeof aud !== "string" || typeof exp !== "number"
  ) {
    return undefined;
  }
  return { issuer: iss, subject: sub, audience: aud, expiresAt: exp * 1000 };
}

function readPart(part: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(part);
  return bytes && readJsonObject(decodeText(bytes));
}

async function keyId(key: CryptoKey): Promise<string> {
  return encodeBase64Url(await sha256(JSON.stringify(await crypto.subtle.exportKey("jwk", key)))).slice(
    0,
    16,
  );
}

/** A token of the workflow run in the seed; `claims` replaces or adds some. */
export async function issueGithubToken(
  context: Context,
  audience: string,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const { issuer, repository, ref, environment, tokenLifetime = 300 } = context.state.seed.github;
  const now = Math.floor(context.clock.now() / 1000);
  const token = await signJwt({
    jti: context.random.uuid(),
    sub: environment === undefined
      ? `repo:${repository}:ref:${ref}`
      : `repo:${repository}:environment:${environment}`,
    aud: audience,
    ref,
    repository,
    repository_owner: repository.split("/")[0],
    iss: issuer,
    nbf: now - 600,
    exp: now + tokenLifetime,
    iat: now,
    ...claims,
  }, await context.issuerKey());
  context.state.secrets.push({ kind: "OIDC token", value: token });
  return token;
}

const PATHS: Readonly<Record<string, Operation>> = {
  "/_gha/token": "GithubToken",
  "/.well-known/openid-configuration": "OpenidConfiguration",
  "/.well-known/jwks": "JsonWebKeys",
};

/** A stand-in for GitHub's token service, and the issuer's public documents. */
export const tokenIssuer: Service = {
  recognise({ method, url }) {
    const operation = method === "GET" ? PATHS[url.pathname] : undefined;
    return operation && { operation, parameters: Object.fromEntries(url.searchParams) };
  },
  async handle(context, call) {
    switch (call.operation) {
      case "OpenidConfiguration":
        return json(200, {
          issuer: context.state.seed.github.issuer,
          jwks_uri: `${context.url}/.well-known/jwks`,
          id_token_signing_alg_values_supported: ["RS256"],
        });
      case "JsonWebKeys": {
        const { publicKey } = await context.issuerKey();
        const { kty, n, e } = await crypto.subtle.exportKey("jwk", publicKey);
        return json(200, { keys: [{ kty, n, e, alg: "RS256", use: "sig", kid: await keyId(publicKey) }] });
      }
      default: {
        const [scheme = "", bearer] = (call.headers.get("authorization") ?? "").split(" ");
        if (scheme.toLowerCase() !== "bearer" || bearer !== context.githubToken) {
          throw new Refusal(401, "Unauthorized", "The request token is missing or not valid");
        }
        const owner = context.state.seed.github.repository.split("/")[0];
        const audience = call.parameters["audience"] ?? `https://github.com/${owner}`;
        return json(200, { count: 1, value: await issueGithubToken(context, audience) });
      }
    }
  },
  refuse: ({ status, code, message }) => json(status, { typeKey: code, message }),
};
