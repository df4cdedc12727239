import assert from "node:assert/strict";
import { Secret } from "../../lib/credentials.ts";
import { type Callback, listenForCallback, readCallback } from "../../lib/oauth/loopback.ts";
import { fakeHost } from "../fake_host.ts";

const ORIGIN = "http://127.0.0.1:49152";
const STATE = "not-a-real-state";
const EXPECTED = { origin: ORIGIN, path: "/oauth/callback", state: new Secret(STATE) };
const CALLBACK = `${ORIGIN}/oauth/callback`;

/** The kind and content of the result for a request. */
function read(url: string, init?: RequestInit): unknown {
  const answer = readCallback(new Request(url, init), EXPECTED);
  if (answer.type === "code") return answer.code.reveal();
  return answer.type === "error" ? [answer.error, answer.description] : answer.status;
}

Deno.test("readCallback() accepts a code, and an error, with our state", () => {
  assert.equal(read(`${CALLBACK}?code=not-a-real-code&state=${STATE}`), "not-a-real-code");
  assert.deepEqual(read(`${CALLBACK}?state=${STATE}&error=access_denied&error_description=No+way`), [
    "access_denied",
    "No way",
  ]);
  assert.deepEqual(read(`${CALLBACK}?state=${STATE}&error=x&code=y`), ["x", ""]);
});

Deno.test("readCallback() refuses everything without exactly our state, including errors", () => {
  const queries = [
    "code=c",
    "error=access_denied",
    "code=c&state=",
    `code=c&state=${STATE}x`,
    `code=c&state=${STATE.slice(1)}`,
    `code=c&state=${STATE.toUpperCase()}`,
    `code=c&state=${STATE}&state=${STATE}`,
    `code=c&state=other&state=${STATE}`,
    `code=c&State=${STATE}`,
  ];
  for (const query of queries) assert.equal(read(`${CALLBACK}?${query}`), 400, query);
  assert.equal(read(`${CALLBACK}?state=${STATE}`), 400);
  assert.equal(read(`${CALLBACK}?state=${STATE}&code=`), 400);
});

Deno.test("readCallback() refuses other paths, methods and hosts, whatever their state", () => {
  const query = `?code=c&state=${STATE}`;
  for (const path of ["/", "/oauth/callback/", "/oauth", "/OAUTH/CALLBACK", "/favicon.ico"]) {
    assert.equal(read(`${ORIGIN}${path}${query}`), 404, path);
  }
  for (const method of ["POST", "HEAD", "PUT", "OPTIONS"]) {
    assert.equal(read(`${CALLBACK}${query}`, { method }), 405, method);
  }
  const others = [
    "http://localhost:49152",
    "http://evil.example:49152",
    "http://127.0.0.1:49153",
    "https://127.0.0.1:49152",
  ];
  for (const origin of others) assert.equal(read(`${origin}/oauth/callback${query}`), 421, origin);
  for (const host of ["evil.example", "localhost:49152", "127.0.0.1", "127.0.0.1:1"]) {
    assert.equal(read(`${CALLBACK}${query}`, { headers: { host } }), 421, host);
  }
});

/** What has arrived by now. */
async function arrived(received: Promise<Callback>): Promise<Callback | undefined> {
  const state: { callback?: Callback } = {};
  const arrival = received.then((callback) => {
    state.callback = callback;
  });
  // A settled promise runs its callbacks before this one continues.
  await Promise.race([arrival, Promise.resolve().then(() => Promise.resolve())]);
  return state.callback;
}

Deno.test("listenForCallback() refuses other requests, and accepts exactly one response", async () => {
  const host = fakeHost();
  await using listener = await listenForCallback(host, "/oauth/callback", new Secret(STATE));
  assert.equal(listener.redirectUri, CALLBACK);
  const wrong = await host.visit(`${CALLBACK}?code=c&state=guess`);
  assert.deepEqual([wrong.status, wrong.headers.get("content-type")], [400, "text/plain; charset=utf-8"]);
  assert.equal((await host.visit(`${ORIGIN}/favicon.ico`)).status, 404);
  assert.equal(await arrived(listener.received), undefined);
  const right = await host.visit(`${CALLBACK}?code=not-a-real-code&state=${STATE}`);
  assert.equal(right.status, 200);
  assert.match(await right.text(), /this page can be closed/);
  assert.deepEqual(await arrived(listener.received), { type: "code", code: new Secret("not-a-real-code") });
  const again = await host.visit(`${CALLBACK}?code=another&state=${STATE}`);
  assert.equal(again.status, 410);
  const callback = await listener.received;
  assert.equal(callback.type === "code" && callback.code.reveal(), "not-a-real-code");
});

Deno.test("listenForCallback() lets no page cache, frame or pass on the address with the code", async () => {
  const host = fakeHost();
  await using _listener = await listenForCallback(host, "/oauth/callback", new Secret(STATE));
  for (const query of [`code=not-a-real-code&state=${STATE}`, `code=c&state=guess`]) {
    const { headers } = await host.visit(`${CALLBACK}?${query}`);
    assert.deepEqual(
      ["cache-control", "referrer-policy", "x-content-type-options"].map((name) => headers.get(name)),
      [
        "no-store",
        "no-referrer",
        "nosniff",
      ],
    );
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/);
  }
});

Deno.test("listenForCallback() shows in the browser that a login was refused", async () => {
  const host = fakeHost();
  await using listener = await listenForCallback(host, "/oauth/callback", new Secret(STATE));
  const page = await host.visit(`${CALLBACK}?error=access_denied&state=${STATE}`);
  assert.match(await page.text(), /Login refused/);
  assert.deepEqual(await listener.received, { type: "error", error: "access_denied", description: "" });
});
