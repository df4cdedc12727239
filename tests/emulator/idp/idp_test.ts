import assert from "node:assert/strict";
import { samlSigner } from "../saml_signer.ts";
import { type AdfsOptions, startAdfs } from "./adfs.ts";
import { startGoogle } from "./google.ts";
import type { Idp } from "./idp.ts";
import { startOkta } from "./okta.ts";

const signer = samlSigner();

interface Reply {
  status: number;
  location: string | null;
  cookies: string[];
  text: string;
}

async function send(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const text = await response.text();
  const { status, headers } = response;
  const cookies = headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  return { status, location: headers.get("location"), cookies, text };
}

const form = (fields: Record<string, string>, cookie = "") => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: { cookie },
});

async function authn(idp: Idp, path: string, body: unknown): Promise<Record<string, unknown>> {
  const init = {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  };
  return JSON.parse((await send(`${idp.origin}/api/v1/authn${path}`, init)).text);
}

Deno.test("Okta takes a session token once, and shows the application to its cookie only", async () => {
  await using idp = await startOkta({ signer });
  const { username, password } = idp.user;
  const { sessionToken } = await authn(idp, "", { username, password });
  const path = `/login/sessionCookieRedirect?token=${sessionToken}&redirectUrl=${
    encodeURIComponent(idp.loginUrl)
  }`;
  const first = await send(idp.origin + path);
  assert.equal(first.location, idp.loginUrl);
  const [sid = ""] = first.cookies;
  assert.match((await send(idp.loginUrl, { headers: { cookie: sid } })).text, /name="SAMLResponse"/);
  assert.match((await send(idp.loginUrl)).location ?? "", /^\/login\/login\.htm/);
  assert.equal((await send(idp.origin + path)).location, "/login/login.htm");
});

Deno.test("Okta takes a session token to no other origin", async () => {
  await using idp = await startOkta({ signer });
  const { sessionToken } = await authn(idp, "", idp.user);
  const path = `/login/sessionCookieRedirect?token=${sessionToken}&redirectUrl=https://other.example/`;
  assert.equal((await send(idp.origin + path)).location, "/login/login.htm");
});

Deno.test("Okta knows no state token that it did not give, and no step out of turn", async () => {
  await using idp = await startOkta({ signer, factors: ["sms OKTA"] });
  const { stateToken } = await authn(idp, "", idp.user);
  const codeOf = async (path: string, body: unknown) => (await authn(idp, path, body))["errorCode"];
  assert.equal(await codeOf("/factors/ost0notreal/verify", { stateToken: "00other" }), "E0000011");
  assert.equal(await codeOf("/factors/other/verify", { stateToken }), "E0000079");
  assert.equal(await codeOf("/skip", { stateToken }), "E0000079");
  assert.equal(await codeOf("/factors/ost0notreal/verify", { stateToken, passCode: "000000" }), "E0000068");
  await authn(idp, "/cancel", { stateToken });
  assert.equal(await codeOf("", { stateToken }), "E0000011");
});

Deno.test("Okta takes a code of the app once", async () => {
  const now = Date.now();
  await using idp = await startOkta({ signer, factors: ["token:software:totp OKTA"], clock: () => now });
  const prove = async () => {
    const { stateToken } = await authn(idp, "", idp.user);
    return await authn(idp, "/factors/ost0notreal/verify", { stateToken, passCode: await idp.totp() });
  };
  assert.equal((await prove())["status"], "SUCCESS");
  assert.equal((await prove())["factorResult"], "PASSCODE_REPLAYED");
});

async function adfsLogin(
  options: AdfsOptions,
  fields: Record<string, string>,
  keepsCookie = true,
): Promise<Reply> {
  await using idp = await startAdfs({ signer, ...options });
  const page = await send(idp.loginUrl);
  const { username: UserName, password: Password } = idp.user;
  const sent = { UserName, Password, AuthMethod: "FormsAuthentication", ...fields };
  return await send(idp.loginUrl, form(sent, keepsCookie ? page.cookies.join("; ") : ""));
}

Deno.test("ADFS wants its cookie and every field of its form back", async () => {
  assert.equal((await adfsLogin({}, {})).status, 302);
  assert.match((await adfsLogin({}, {}, false)).text, /MSIS7065/);
  assert.match((await adfsLogin({}, { AuthMethod: "" })).text, /Incorrect user ID or password/);
});

Deno.test("ADFS shows the response to its cookie only", async () => {
  await using idp = await startAdfs({ signer });
  const reply = await send(idp.loginUrl, { headers: { cookie: "MSISAuth=not-a-real-cookie" } });
  assert.match(reply.text, /id="loginForm"/);
});

Deno.test("Google wants its cookie and its tokens back on every page", async () => {
  await using idp = await startGoogle({ signer });
  const fields = {
    Email: idp.user.username,
    TL: "not-a-real-TL",
    gxf: "not-a-real-gxf:1529303586210",
    continue: "https://accounts.google.com/",
    bgresponse: "js_enabled",
  };
  const url = `${idp.origin}/signin/v1/lookup?hl=en`;
  assert.match((await send(url, form(fields, "GAPS=1"))).text, /name="Passwd" type="password" autofocus/);
  assert.equal((await send(url, form(fields))).status, 400);
  assert.equal((await send(url, form({ ...fields, TL: "" }, "GAPS=1"))).status, 400);
  const untouched = await send(url, form({ ...fields, bgresponse: "js_disabled" }, "GAPS=1"));
  assert.match(untouched.location ?? "", /rejected/);
});
