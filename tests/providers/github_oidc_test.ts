import assert from "node:assert/strict";
import type { GithubOidcProvider } from "../../lib/config/types.ts";
import type { AuthError } from "../../lib/errors.ts";
import { authenticateGithub } from "../../lib/providers/github_oidc.ts";
import { COMMON_PROVIDER } from "../chain/samples.ts";
import { failureOf } from "../failing.ts";
import { type Answer, type FakeHost, fakeHost } from "../fake_host.ts";
import { type Emulator, startEmulator } from "../emulator/mod.ts";

const CONFIG: GithubOidcProvider = {
  ...COMMON_PROVIDER,
  kind: "github/oidc",
  audience: "sts.amazonaws.com",
};
const RUNNER = "https://pipelines.example.com/token?api-version=2.0";
const BEARER = "not-a-real-request-token";
const JOB = {
  GITHUB_ACTIONS: "true",
  ACTIONS_ID_TOKEN_REQUEST_URL: RUNNER,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: BEARER,
};

/** A job whose runner answers like this. */
function job(respond: Answer, env: Readonly<Record<string, string>> = JOB): FakeHost {
  const answer = respond;
  return fakeHost({
    env,
    exchanges: (request) => {
      if (answer === "network-error") throw new TypeError("this test wants an answer");
      return answer instanceof Response ? answer.clone() : answer(request);
    },
  });
}

async function failure(host: FakeHost): Promise<AuthError> {
  const error = await failureOf(authenticateGithub(host, "gh", CONFIG));
  assert.equal(Deno.inspect(error).includes(BEARER), false);
  return error;
}

async function withEmulator(use: (emulator: Emulator, host: FakeHost) => Promise<void>): Promise<void> {
  const clock = fakeHost();
  await using emulator = await startEmulator({ clock: clock.now });
  await use(
    emulator,
    fakeHost({ env: { ...JOB, ...emulator.github }, exchanges: (request) => fetch(request) }),
  );
}

Deno.test("authenticateGithub() asks the runner for a token with the configured audience, and keeps its query", async () => {
  await withEmulator(async (emulator, host) => {
    const token = await authenticateGithub(host, "gh", CONFIG);
    assert.equal(token.type, "oidc-token");
    assert.equal(token.expiresAt, host.now() + 300_000);
    assert.deepEqual(emulator.requests("GithubToken").map(({ parameters }) => parameters), [
      { "api-version": "2.0", audience: "sts.amazonaws.com" },
    ]);
    const [request] = host.requests;
    assert.equal(request?.headers.get("accept"), "application/json; api-version=2.0");
    assert.deepEqual(host.tree(), {});
  });
});

Deno.test("an audience is one parameter, whatever it holds", async () => {
  const host = job(() => Response.json({ value: "a.b.c" }));
  const audience = "https://example.com/?a=1&audience=other#x y";
  await assert.rejects(authenticateGithub(host, "gh", { ...CONFIG, audience }));
  const { searchParams } = new URL(host.requests[0]?.url ?? "");
  assert.deepEqual(searchParams.getAll("audience"), [audience]);
  assert.equal(searchParams.get("api-version"), "2.0");
});

Deno.test("outside of GitHub Actions nothing is asked, and the message says where one is", async () => {
  const host = fakeHost();
  const error = await failure(host);
  assert.deepEqual([error.code, error.where], ["config-invalid", "auth.providers.gh"]);
  assert.match(error.message, /this is not a job of GitHub Actions$/);
  assert.match(error.hints.join("\n"), /--identity/);
  assert.deepEqual(host.called, []);
});

Deno.test("a job without id-token: write is told so, and to ask in the calling workflow, too", async () => {
  const { code, message, hints } = await failure(fakeHost({ env: { GITHUB_ACTIONS: "true" } }));
  assert.equal(code, "config-invalid");
  assert.match(message, /the job may not ask for one$/);
  assert.deepEqual(hints, [
    "Give the job `permissions: { id-token: write, contents: read }`",
    "A reusable workflow needs the permission in the workflow that calls it, too",
  ]);
});

Deno.test("pull requests from forks and Dependabot are named first", async () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request" };
  assert.match((await failure(fakeHost({ env }))).hints[0] ?? "", /from a fork/);
  const dependabot = { GITEA_ACTIONS: "true", GITHUB_ACTOR: "dependabot[bot]" };
  assert.match((await failure(fakeHost({ env: dependabot }))).hints[0] ?? "", /Dependabot/);
});

Deno.test("one variable of the two is none", async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: _, ...half } = JOB;
  assert.match((await failure(fakeHost({ env: half }))).message, /may not ask/);
  const empty = { ...JOB, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" };
  assert.match((await failure(fakeHost({ env: empty }))).message, /may not ask/);
});

Deno.test("what the job asks with goes to an https address only", async () => {
  for (const address of ["http://runner.example.com/token", "ftp://127.0.0.1/", "not a url"]) {
    const host = fakeHost({ env: { ...JOB, ACTIONS_ID_TOKEN_REQUEST_URL: address } });
    const { code, where } = await failure(host);
    assert.deepEqual([code, where, host.called], ["config-invalid", "ACTIONS_ID_TOKEN_REQUEST_URL", []]);
  }
});

Deno.test("a runner that says no is a refusal with its remedy, and is not asked again", async () => {
  for (const status of [401, 403]) {
    const host = job(new Response(`{"message":"${BEARER}"}`, { status }));
    const { code, hints } = await failure(host);
    assert.equal(code, "refused");
    assert.match(hints.join("\n"), /id-token: write/);
    assert.equal(host.called.length, 1);
  }
});

Deno.test("a runner in trouble is asked again, and a redirect is not followed", async () => {
  const answers = [new Response(null, { status: 503 }), new Response(null, { status: 429 })];
  await withEmulator(async (_, host) => {
    const flaky: FakeHost = {
      ...host,
      fetch: async (request) => answers.shift() ?? await host.fetch(request),
    };
    assert.equal((await authenticateGithub(flaky, "gh", CONFIG)).type, "oidc-token");
  });
  const codes = async (status: number) => (await failure(job(new Response(null, { status })))).code;
  assert.equal(await codes(503), "unreachable");
  assert.equal(await codes(429), "throttled");
  const elsewhere = new Response(null, {
    status: 302,
    headers: { location: "https://elsewhere.example.com/" },
  });
  const host = job(elsewhere);
  assert.equal((await failure(host)).code, "bad-answer");
  assert.equal(host.called.length, 1);
});

Deno.test("an answer without a token is named, and never shown", async () => {
  for (const text of ["", "<html>", "[]", "{}", '{"value":7}', '{"value":"not-a-real-opaque-token"}']) {
    const error = await failure(job(new Response(text)));
    assert.equal(error.code, "bad-answer");
    assert.equal(error.message.includes("opaque"), false);
  }
});
