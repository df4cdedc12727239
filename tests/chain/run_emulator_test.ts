/** Chains against the emulator, over real HTTP on loopback: the fake host's clock is the emulator's, too. */
import assert from "node:assert/strict";
import { getCallerIdentity } from "../../lib/aws/sts.ts";
import type { AuthConfig } from "../../lib/config/types.ts";
import { isAuthError } from "../../lib/errors.ts";
import { findSecrets } from "../emulator/canary.ts";
import { networkFetch } from "../../lib/host_deno/network.ts";
import {
  defaultSeed,
  type Effect,
  type Emulator,
  type Fault,
  type Seed,
  startEmulator,
} from "../emulator/mod.ts";
import type { FakeHostInit } from "../fake_host.ts";
import { auth, permissionSet, role, sso } from "./samples.ts";
import { type World, world } from "./world.ts";

const HOUR = 3_600_000;

/** Four links: a permission set by the account's name, and roles that trust only the link before. */
function fourLinks(): AuthConfig {
  return auth({
    admin: permissionSet("sso", { account: { name: "core-identity" } }),
    prod: role({ identity: "admin" }),
    audit: role({ identity: "prod" }, { roleArn: "arn:aws:iam::999999999999:role/audit/ProductionAuditor" }),
    security: role({ identity: "audit" }, {
      roleArn: "arn:aws:iam::012345678901:role/SecurityAudit",
      sessionName: "jane",
    }),
  });
}

interface Scene extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly here: World;
}

/** Presses Approve (or Deny) in the browser, as a person who was shown this page would. */
async function press(answer: "approve" | "deny", page: URL): Promise<boolean> {
  const shown = await fetch(page);
  assert.match(await shown.text(), /[B-Z]{4}-[B-Z]{4}/);
  const body = new URLSearchParams({ user_code: page.searchParams.get("user_code") ?? "", answer });
  const pressed = await fetch(new URL(page.pathname, page), { method: "POST", body });
  await pressed.body?.cancel();
  return pressed.ok;
}

/** An AWS of its own, and a person who approves whatever page is opened, unless `init` says otherwise. */
async function scene(
  init: FakeHostInit = {},
  seed: Seed = defaultSeed(),
): Promise<Scene> {
  const clock = { now: () => Date.now() };
  const underWay = new Set<AbortController>();
  const emulator = await startEmulator({
    seed,
    clock: () => clock.now(),
    // A call that stays without an answer is given up when that is certain, and not by a clock.
    onSilence: () => underWay.forEach((call) => call.abort(new DOMException("too late", "TimeoutError"))),
  });
  const fetchNow = networkFetch({ readText: () => Promise.resolve(undefined) }, () => undefined);
  const here = world({
    keys: [],
    now: Date.now(),
    env: emulator.environment,
    openUrl: (page) => press("approve", page),
    exchanges: async (request) => {
      const call = new AbortController();
      underWay.add(call);
      try {
        return await fetchNow(new Request(request, { signal: call.signal }));
      } finally {
        underWay.delete(call);
      }
    },
    ...init,
  });
  clock.now = here.host.now;
  return { emulator, here, [Symbol.asyncDispose]: () => emulator.close() };
}

const counts = ({ calls }: Emulator) => ({
  tokens: calls("CreateToken"),
  sets: calls("GetRoleCredentials"),
  roles: calls("AssumeRole"),
});

Deno.test("runChain() leads from a browser's approval to a role four links away, as AWS itself says", async () => {
  await using at = await scene();
  const { target } = await at.here.run(fourLinks(), "security");
  const place = { region: "us-east-1", endpointUrl: undefined };
  const caller = await getCallerIdentity(at.here.host, place, target.session);
  assert.equal(caller.accountId, "012345678901");
  assert.equal(caller.arn, "arn:aws:sts::012345678901:assumed-role/SecurityAudit/jane");
  assert.deepEqual([target.session.accountId, target.session.principalArn], [caller.accountId, caller.arn]);
  assert.equal(at.emulator.calls("ListAccounts"), 3, "every page was read");
  assert.deepEqual(counts(at.emulator), { tokens: 1, sets: 1, roles: 3 });
  assert.match(at.here.host.told, /Code {3}[B-Z]{4}-[B-Z]{4}/);
});

Deno.test("runChain() shows none of the secrets that AWS handed out", async () => {
  await using at = await scene();
  const outcome = await at.here.run(fourLinks(), "security");
  const texts = {
    told: at.here.host.told,
    json: JSON.stringify(outcome),
    inspected: Deno.inspect(outcome, { depth: 20, showHidden: true }),
  };
  assert.deepEqual(await findSecrets(at.emulator.secrets(), { texts }), []);
});

Deno.test("runChain() logs in and asks for a permission set once for ten roles at the same time", async () => {
  const seed = defaultSeed();
  const arns = Array.from({ length: 10 }, (_, index) => `arn:aws:iam::999999999999:role/Role${index}`);
  seed.roles.push(
    ...arns.map((arn) => ({
      arn,
      trust: [{ action: "sts:AssumeRole" as const, principals: ["111122223333"] }],
    })),
  );
  const config = auth({
    admin: permissionSet("sso"),
    ...Object.fromEntries(
      arns.map((roleArn, index) => [`r${index}`, role({ identity: "admin" }, { roleArn })]),
    ),
  });
  await using at = await scene({}, seed);
  const outcomes = await Promise.all(arns.map((_, index) => at.here.run(config, `r${index}`)));
  assert.deepEqual(counts(at.emulator), { tokens: 1, sets: 1, roles: 10 });
  assert.equal(new Set(outcomes.map(({ target }) => target.session.principalArn)).size, 10);
});

/** When the client polled, in milliseconds from the first time. */
function polls({ requests }: Emulator): readonly number[] {
  const moments = requests("CreateToken").map(({ at }) => at);
  return moments.map((moment) => moment - (moments[0] ?? 0));
}

Deno.test("runChain() polls at the service's pace, five seconds slower after each slow_down", async () => {
  await using at = await scene({ openUrl: () => true });
  const slower: Effect = { kind: "status", status: 400, code: "slow_down", message: "too fast" };
  at.emulator.fault({ operation: "CreateToken", call: 2, effect: slower });
  const running = at.here.run(fourLinks(), "admin");
  while (at.emulator.calls("CreateToken") < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  at.emulator.approve(at.emulator.pendingUserCodes()[0] ?? "");
  await running;
  const moments = polls(at.emulator);
  assert.deepEqual(moments.slice(0, 4), [0, 5000, 15_000, 25_000]);
});

Deno.test("runChain() gives up when nobody approves before the code runs out", async () => {
  await using at = await scene({ openUrl: () => false });
  const started = at.here.host.now();
  await assert.rejects(at.here.run(fourLinks(), "admin"), { code: "login-not-approved", exitCode: 4 });
  assert.equal(at.here.host.now() - started, 600_000);
  assert.equal(polls(at.emulator).at(-1), 600_000);
});

Deno.test("runChain() ends when the person presses Deny", async () => {
  await using at = await scene({ openUrl: (page) => press("deny", page) });
  await assert.rejects(at.here.run(fourLinks(), "admin"), {
    code: "login-not-approved",
    message: "Cannot log in: the request was denied in the browser",
  });
});

Deno.test("runChain() lives through a day: it renews what ends, and asks a person once in eight hours", async () => {
  await using at = await scene();
  await at.here.run(fourLinks(), "prod");
  at.here.host.advance(0.5 * HOUR);
  await at.here.run(fourLinks(), "prod");
  assert.deepEqual(counts(at.emulator), { tokens: 1, sets: 1, roles: 1 }, "all is fresh");
  at.here.host.advance(HOUR);
  await at.here.run(fourLinks(), "prod");
  const { tokens, sets } = counts(at.emulator);
  assert.deepEqual([tokens, sets], [1, 1], "the role has ended, the permission set has not");
  at.here.host.advance(3 * HOUR);
  await at.here.run(fourLinks(), "prod");
  assert.deepEqual(counts(at.emulator).tokens, 2, "the permission set has ended: the token was refreshed");
  assert.equal(at.here.host.opened.length, 1);
  at.here.host.advance(5 * HOUR);
  const { target } = await at.here.run(fourLinks(), "prod");
  assert.equal(at.here.host.opened.length, 2, "the portal session has ended");
  assert.equal(target.session.accountId, "999999999999");
});

Deno.test("runChain() makes a permission set anew when AWS says that its session is over", async () => {
  await using at = await scene();
  await at.here.run(fourLinks(), "admin");
  at.emulator.fault({ operation: "AssumeRole", effect: { kind: "expire-credentials" } });
  const { target } = await at.here.run(fourLinks(), "prod");
  assert.equal(target.source, "made");
  assert.deepEqual(counts(at.emulator), { tokens: 1, sets: 2, roles: 2 });
});

Deno.test("runChain() refreshes a token that the portal has forgotten, and needs a person when that fails", async () => {
  await using at = await scene();
  await at.here.run(fourLinks(), "admin");
  const renewed = auth({ other: permissionSet("sso", { permissionSet: "ReadOnlyAccess" }) });
  at.emulator.fault({ operation: "GetRoleCredentials", effect: { kind: "expire-access-tokens" } });
  assert.equal((await at.here.run(renewed, "other")).target.source, "made");
  assert.deepEqual(counts(at.emulator), { tokens: 2, sets: 3, roles: 0 });
  assert.equal(at.here.host.opened.length, 1);
  at.emulator.fault({ operation: "GetRoleCredentials", effect: { kind: "end-portal-sessions" } });
  const third = auth({ third: permissionSet("sso", { account: { id: "123456789012" } }) });
  assert.equal((await at.here.run(third, "third")).target.source, "made");
  assert.equal(at.here.host.opened.length, 2);
});

Deno.test("runChain() registers anew when the service has forgotten the client", async () => {
  await using at = await scene();
  await at.here.run(fourLinks(), "admin");
  at.emulator.fault({ operation: "StartDeviceAuthorization", effect: { kind: "expire-registrations" } });
  await at.here.run(fourLinks(), "admin", { renew: "everything" });
  assert.equal(at.emulator.calls("RegisterClient"), 1, "made at this very moment: nothing was to be renewed");
  at.here.host.advance(1000);
  await at.here.run(fourLinks(), "admin", { renew: "everything" });
  assert.equal(at.emulator.calls("RegisterClient"), 2);
});

const throttle: Effect = { kind: "status", status: 400, code: "Throttling" };

Deno.test("runChain() gets through what networks and services do now and then", async () => {
  const faults: readonly Fault[] = [
    { operation: "AssumeRole", effect: throttle },
    { operation: "AssumeRole", call: 2, effect: { kind: "truncated" } },
    { operation: "AssumeRole", call: 3, effect: { kind: "silent" } },
    { operation: "GetRoleCredentials", effect: { kind: "status", status: 429, retryAfter: 7 } },
    { operation: "GetRoleCredentials", call: 2, effect: { kind: "empty-body", status: 500 } },
    { operation: "GetRoleCredentials", call: 3, effect: { kind: "closed" } },
    { operation: "ListAccounts", effect: { kind: "html", status: 503 } },
    { operation: "StartDeviceAuthorization", effect: { kind: "closed" } },
    { operation: "CreateToken", effect: { kind: "status", status: 500, code: "server_error" } },
    { operation: "CreateToken", call: 2, effect: { kind: "closed" } },
  ];
  await using at = await scene();
  at.emulator.fault(...faults);
  const { target } = await at.here.run(fourLinks(), "prod");
  assert.equal(target.session.accountId, "999999999999");
  assert.deepEqual(counts(at.emulator), { tokens: 3, sets: 4, roles: 4 });
});

/** Runs to the permission set with a fault that does not go away; tells how it ended, and after how many calls. */
async function failing(effect: Effect): Promise<readonly [string, number]> {
  await using at = await scene();
  at.emulator.fault({ operation: "GetRoleCredentials", times: 99, effect });
  try {
    await at.here.run(fourLinks(), "admin");
  } catch (error) {
    assert.ok(isAuthError(error));
    assert.match(
      error.message,
      /^Cannot get credentials of the permission set "AdminAccess" in account 111122223333: /,
    );
    return [`${error.code} ${error.exitCode}`, at.emulator.calls("GetRoleCredentials")];
  }
  throw new TypeError("It did not fail");
}

Deno.test("runChain() gives up after five tries, and says what it was that it could not reach", async () => {
  assert.deepEqual(await failing({ kind: "status", status: 429 }), ["throttled 5", 5]);
  assert.deepEqual(await failing({ kind: "status", status: 503 }), ["unreachable 5", 5]);
  assert.deepEqual(await failing({ kind: "truncated" }), ["unreachable 5", 5]);
  const [code, tries] = await failing({ kind: "closed" });
  // Deno sends a request once more by itself when a connection that it reused is closed under it.
  assert.ok(code === "unreachable 5" && (tries === 5 || tries === 6), `${code} ${tries}`);
  assert.deepEqual(await failing({ kind: "silent" }), ["unreachable 5", 5]);
});

Deno.test("runChain() does not repeat what will not get better", async () => {
  assert.deepEqual(await failing({ kind: "html" }), ["bad-answer 5", 1]);
  assert.deepEqual(
    await failing({ kind: "remove-assignment", accountId: "111122223333", permissionSet: "AdminAccess" }),
    ["refused 4", 1],
  );
});

Deno.test("runChain() stops when the portal's pages repeat", async () => {
  await using at = await scene();
  at.emulator.fault({ operation: "ListAccounts", call: 2, times: 99, effect: { kind: "same-next-token" } });
  await assert.rejects(at.here.run(fourLinks(), "admin"), { code: "bad-answer" });
});

Deno.test("runChain() does not choose between two accounts of one name", async () => {
  await using at = await scene();
  const config = auth({ box: permissionSet("sso", { account: { name: "sandbox" } }) });
  await assert.rejects(at.here.run(config, "box"), {
    code: "config-invalid",
    hints: ["Use principal.account.id with one of 444455556666, 777788889999"],
  });
});

Deno.test("runChain() is let in with the external id only", async () => {
  await using at = await scene();
  const partner = (externalId?: string) =>
    auth({
      admin: permissionSet("sso"),
      partner: role({ identity: "admin" }, {
        roleArn: "arn:aws:iam::777788889999:role/PartnerAccess",
        ...(externalId === undefined ? {} : { externalId }),
      }),
    });
  await assert.rejects(at.here.run(partner(), "partner"), { code: "refused", remoteCode: "AccessDenied" });
  const { target } = await at.here.run(partner("partner-4711"), "partner");
  assert.equal(target.session.accountId, "777788889999");
});

Deno.test("runChain() shortens an inherited duration for role chaining, and fails for the role's own", async () => {
  await using at = await scene();
  const config = auth(
    {
      admin: permissionSet("sso"),
      prod: role({ identity: "admin" }),
      own: role({ identity: "admin" }, { durationSeconds: 7200 }),
    },
    { sso: sso({ sessionSeconds: 4 * 3600 }) },
  );
  const { target, notices } = await at.here.run(config, "prod");
  assert.ok(target.session.expiresAt - target.session.issuedAt <= HOUR);
  assert.match(notices[0] ?? "", /^The session of "prod" is 1h, not the 4h of/);
  await assert.rejects(at.here.run(config, "own"), { code: "refused", remoteCode: "ValidationError" });
});

Deno.test("runChain() uses what lives while AWS is away, and nothing after its end", async () => {
  await using at = await scene();
  await at.here.run(fourLinks(), "prod");
  at.here.host.advance(HOUR - 4 * 60_000);
  at.emulator.fault({ operation: "*", times: 999, effect: { kind: "closed" } });
  const { target, notices } = await at.here.run(fourLinks(), "prod");
  assert.deepEqual([target.source, notices.length], ["stored", 1]);
  at.here.host.advance(4 * 60_000);
  await assert.rejects(at.here.run(fourLinks(), "prod"), { code: "unreachable", exitCode: 5 });
});
