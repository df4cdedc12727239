import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "./mod.ts";
import { callSts, keysIn, outcome, postForm, send, textIn } from "./test_client.ts";

const ROLE = "arn:aws:iam::123456789012:role/GitHubActionsRole";

function assume(emulator: Emulator, WebIdentityToken: string, RoleArn = ROLE) {
  return postForm(emulator.url, {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn,
    RoleSessionName: "GitHubActions",
    WebIdentityToken,
  });
}

/** Asks as a runner does: the URL has a query of its own. */
async function requestToken({ github }: Emulator, audience: string | undefined, bearer: string) {
  const url = new URL(github.ACTIONS_ID_TOKEN_REQUEST_URL);
  if (audience !== undefined) url.searchParams.set("audience", audience);
  return await send(url.href, { headers: { authorization: `bearer ${bearer}` } });
}

Deno.test("a workflow's token opens the role that trusts its repository", async () => {
  await using emulator = await startEmulator();
  const { text } = await requestToken(
    emulator,
    "sts.amazonaws.com",
    emulator.github.ACTIONS_ID_TOKEN_REQUEST_TOKEN,
  );
  const reply = await assume(emulator, JSON.parse(text).value);
  assert.equal(
    textIn(reply.text, "SubjectFromWebIdentityToken"),
    "repo:example-org/infrastructure:ref:refs/heads/main",
  );
  assert.equal(textIn(reply.text, "Audience"), "sts.amazonaws.com");
  const identity = await callSts(emulator, keysIn(reply), "GetCallerIdentity");
  assert.equal(
    textIn(identity.text, "Arn"),
    "arn:aws:sts::123456789012:assumed-role/GitHubActionsRole/GitHubActions",
  );
});

Deno.test("the token service wants its bearer, and names the owner when no audience is asked for", async () => {
  await using emulator = await startEmulator();
  assert.equal((await requestToken(emulator, "sts.amazonaws.com", "wrong")).status, 401);
  const { text } = await requestToken(emulator, undefined, emulator.github.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
  const reply = await assume(emulator, JSON.parse(text).value);
  assert.equal(outcome(reply), "400 InvalidIdentityToken");
  assert.equal(textIn(reply.text, "Message"), "Incorrect token audience");
});

Deno.test("tokens that are forged, old, of another issuer or of another repository are refused", async () => {
  await using emulator = await startEmulator();
  const token = (claims: Record<string, unknown> = {}) => emulator.githubToken("sts.amazonaws.com", claims);
  const [header, claims, signature = ""] = (await token()).split(".");
  const forged = `${header}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${claims}.`;
  assert.equal(outcome(await assume(emulator, "not.a.token")), "400 InvalidIdentityToken");
  assert.equal(outcome(await assume(emulator, forged)), "400 InvalidIdentityToken");
  assert.equal(outcome(await assume(emulator, unsigned)), "400 InvalidIdentityToken");
  const issuer = await assume(emulator, await token({ iss: "https://gitlab.example" }));
  assert.match(
    textIn(issuer.text, "Message") ?? "",
    /^No OpenIDConnect provider found in your account for https:\/\/gitlab/,
  );
  assert.equal(
    outcome(await assume(emulator, await token({ sub: "repo:other/repo:ref:x" }))),
    "403 AccessDenied",
  );
  assert.equal(
    outcome(await assume(emulator, await token(), "arn:aws:iam::123456789012:role/NoSuchRole")),
    "403 AccessDenied",
  );
  const old = await token();
  emulator.advance(300_000);
  assert.equal(outcome(await assume(emulator, old)), "400 ExpiredTokenException");
});

Deno.test("the issuer's published key verifies its tokens", async () => {
  await using emulator = await startEmulator();
  const { jwks_uri } = JSON.parse((await send(`${emulator.url}/.well-known/openid-configuration`)).text);
  const [jwk] = JSON.parse((await send(jwks_uri)).text).keys;
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
  const [header, claims, signature = ""] = (await emulator.githubToken("x")).split(".");
  const bytes = Uint8Array.from(
    atob(signature.replaceAll("-", "+").replaceAll("_", "/")),
    (c) => c.charCodeAt(0),
  );
  const signed = new TextEncoder().encode(`${header}.${claims}`);
  assert.equal(await crypto.subtle.verify(algorithm.name, key, bytes, signed), true);
});
