import assert from "node:assert/strict";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain, planProvider } from "../../lib/chain/plan.ts";
import { runChain, runProvider, type SharedRun, storedLinks } from "../../lib/chain/run.ts";
import type { AuthConfig, IdentityConfig } from "../../lib/config/types.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { AuthError } from "../../lib/errors.ts";
import { keyId } from "../aws/fake_aws.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { auth, permissionSet, role, sso, threeLinks, user } from "./samples.ts";
import { loggedIn, onlyEntry, place, type World, world } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const summary = ({ accessKeyId, secretAccessKey, sessionToken, ...rest }: AwsSession) => ({
  ...rest,
  accessKeyId,
  secretAccessKey: secretAccessKey.reveal(),
  sessionToken: sessionToken.reveal(),
});

Deno.test("runChain() logs in, walks the chain, and keeps the session of every link", async () => {
  const here = world();
  const { target, notices } = await here.run(threeLinks(), "audit");
  assert.deepEqual(here.aws.operations(), [
    "RegisterClient",
    "StartDeviceAuthorization",
    "CreateToken",
    "GetRoleCredentials",
    "AssumeRole",
    "AssumeRole",
  ]);
  assert.deepEqual(here.aws.calls.map(({ caller }) => caller).slice(3), [
    "not-a-real-token-1",
    keyId(1),
    keyId(2),
  ]);
  assert.deepEqual(notices, []);
  assert.equal(target.source, "made");
  assert.equal(target.section, "audit");
  assert.deepEqual(summary(target.session), {
    type: "aws-session",
    accessKeyId: keyId(3),
    secretAccessKey: "not-a-real-secret-3",
    sessionToken: "not-a-real-session-token-3",
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + HOUR,
    accountId: "999999999999",
    principalArn: `arn:aws:sts::999999999999:assumed-role/ProductionAuditor/atmos-audit-${FAKE_NOW / 1000}`,
  });
  const links = await linksOf(here.host, planChain(threeLinks(), "audit"));
  assert.deepEqual(links.map((link) => here.sessions.get(place(link))?.session.accessKeyId), [
    keyId(1),
    keyId(2),
    keyId(3),
  ]);
});

Deno.test("runChain() uses a fresh session as it is: no request, no lock, no keyring", async () => {
  const here = world();
  await here.keep(threeLinks(), "audit", [0, 0, 5 * MINUTE + 1]);
  const { target } = await here.run(threeLinks(), "audit");
  assert.deepEqual([target.source, target.session.accessKeyId], ["stored", "ASIAKEPT-audit"]);
  assert.deepEqual([here.aws.calls, here.events, here.host.locks], [[], [], []]);
});

Deno.test("runChain() renews a stale session from the nearest fresh one, and opens no keyring for it", async () => {
  const here = world();
  await here.keep(threeLinks(), "audit", [HOUR, HOUR, 5 * MINUTE]);
  const { target } = await here.run(threeLinks(), "audit");
  assert.equal(target.source, "made");
  assert.deepEqual(here.aws.calls.map(({ operation, caller }) => [operation, caller]), [
    ["AssumeRole", "ASIAKEPT-prod"],
  ]);
  assert.ok(!here.events.includes("open keyring"));
});

Deno.test("runChain() gets a permission set with the portal session of an earlier login, without a person", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR);
  await here.run(threeLinks(), "prod");
  assert.deepEqual(here.aws.operations(), ["GetRoleCredentials", "AssumeRole"]);
});

/** Ten roles behind one permission set. */
function tenRoles(): AuthConfig {
  const roles: [string, IdentityConfig][] = Array.from({ length: 10 }, (_, index) => [
    `role-${index}`,
    role({ identity: "admin" }, { roleArn: `arn:aws:iam::999999999999:role/Role${index}` }),
  ]);
  return auth({ admin: permissionSet("sso"), ...Object.fromEntries(roles) });
}

const tenNames = Array.from({ length: 10 }, (_, index) => `role-${index}`);
const countOf = (here: World, operation: string) =>
  here.aws.operations().filter((one) => one === operation).length;

Deno.test("runChain() asks for a permission set once for ten roles behind it, one after the other", async () => {
  const here = world();
  for (const name of tenNames) await here.run(tenRoles(), name);
  assert.deepEqual(
    [countOf(here, "CreateToken"), countOf(here, "GetRoleCredentials"), countOf(here, "AssumeRole")],
    [1, 1, 10],
  );
});

Deno.test("runChain() asks for a permission set once for ten roles behind it at the same time", async () => {
  for (const renew of ["nothing", "target", "everything"] as const) {
    const here = world();
    const outcomes = await Promise.all(tenNames.map((name) => here.run(tenRoles(), name, { renew })));
    assert.deepEqual(
      [countOf(here, "CreateToken"), countOf(here, "GetRoleCredentials"), countOf(here, "AssumeRole")],
      [1, 1, 10],
      renew,
    );
    assert.equal(new Set(outcomes.map(({ target }) => target.session.accessKeyId)).size, 10);
  }
});

Deno.test("runChain() asks once when ten callers want the same role at the same time", async () => {
  const here = world();
  const outcomes = await Promise.all(tenNames.map(() => here.run(tenRoles(), "role-0")));
  assert.equal(countOf(here, "AssumeRole"), 1);
  assert.deepEqual(outcomes.map(({ target }) => target.session.accessKeyId), Array(10).fill(keyId(2)));
  assert.equal(outcomes.filter(({ target }) => target.source === "made").length, 1);
});

Deno.test("runChain() logs in once for ten permission sets of one portal, even when everything is renewed", async () => {
  const names = tenNames.map((name) => `set-${name}`);
  const config = auth(Object.fromEntries(
    names.map((name) => [name, permissionSet("sso", { permissionSet: name })]),
  ));
  const here = world();
  await loggedIn(here, config, HOUR);
  here.host.advance(1000);
  await Promise.all(names.map((name) => here.run(config, name, { renew: "everything" })));
  assert.deepEqual([countOf(here, "CreateToken"), countOf(here, "GetRoleCredentials")], [1, 10]);
});

Deno.test("runChain() takes what another process made while it waited for the lock", async () => {
  const links = await linksOf(world().host, planChain(threeLinks(), "prod"));
  const digest = links.at(-1)?.digest;
  for (const renew of ["nothing", "target"] as const) {
    const here: World = world({
      keys: [],
      heldLocks: {
        [`/locks/chain ${digest}`]: {
          heldMillis: 20_000,
          meanwhile: async () => {
            await here.keep(threeLinks(), "prod", [HOUR, HOUR]);
          },
        },
      },
    });
    const { target } = await here.run(threeLinks(), "prod", { renew });
    assert.deepEqual([target.source, target.session.accessKeyId], ["stored", "ASIAKEPT-prod"], renew);
    assert.deepEqual(here.aws.calls, []);
  }
});

Deno.test("runChain() renews the target of a login and reuses its parents", async () => {
  const here = world();
  await here.keep(threeLinks(), "prod", [40 * MINUTE, 40 * MINUTE]);
  const { target } = await here.run(threeLinks(), "prod", { renew: "target" });
  assert.equal(target.source, "made");
  assert.deepEqual(here.aws.operations(), ["AssumeRole"]);
});

Deno.test("runChain() renews everything when asked to, the portal session included", async () => {
  const here = world();
  await loggedIn(here, threeLinks(), 40 * MINUTE, "not-a-real-refresh-kept");
  await here.keep(threeLinks(), "prod", [40 * MINUTE, 40 * MINUTE]);
  await here.run(threeLinks(), "prod", { renew: "everything" });
  assert.deepEqual(here.aws.operations(), [
    "StartDeviceAuthorization",
    "CreateToken",
    "GetRoleCredentials",
    "AssumeRole",
  ]);
});

Deno.test("runChain() tells of a duration that was inherited and shortened, when it makes the session", async () => {
  const config = auth({ admin: permissionSet("sso"), prod: role({ identity: "admin" }) }, {
    sso: sso({ sessionSeconds: 8 * 3600 }),
  });
  const here = world();
  const first = await here.run(config, "prod");
  assert.equal(here.aws.calls.at(-1)?.parameters["DurationSeconds"], "3600");
  assert.equal(first.notices.length, 1);
  assert.match(first.notices[0] ?? "", /^The session of "prod" is 1h, not the 8h of auth\.providers\.sso/);
  assert.deepEqual((await here.run(config, "prod")).notices, []);
});

Deno.test("runChain() asks the portal in its own region, and STS in the region of the identity", async () => {
  const config = auth(
    { admin: permissionSet("sso", { region: "eu-west-1" }), prod: role({ identity: "admin" }) },
    { sso: sso({ region: "us-west-2" }) },
  );
  const here = world();
  await here.run(config, "prod");
  assert.deepEqual([...new Set(here.aws.calls.map(({ origin }) => origin))], [
    "https://oidc.us-west-2.amazonaws.com",
    "https://portal.sso.us-west-2.amazonaws.com",
    "https://sts.eu-west-1.amazonaws.com",
  ]);
});

Deno.test("runChain() takes its locks from the target to the root, and opens the keyring before the last", async () => {
  const here = world();
  await here.run(threeLinks(), "prod");
  const first = here.events.slice(0, 4);
  assert.deepEqual(first, [
    'lock the session of "prod"',
    'lock the session of "admin"',
    "open keyring",
    'lock the session of "sso"',
  ]);
  assert.deepEqual(
    here.events.filter((event) => event.startsWith("unlock") || event.startsWith("write")),
    [
      'unlock the session of "sso"',
      "write admin",
      'unlock the session of "admin"',
      "write prod",
      'unlock the session of "prod"',
    ],
  );
});

Deno.test("runChain() asks nobody to log in when the keyring cannot be opened", async () => {
  const here = world();
  const stores = {
    ...here.stores,
    keyring: () => Promise.reject(new AuthError("keyring-locked", "Cannot open the keyring")),
  };
  const provider = planProvider(threeLinks(), "sso");
  await assert.rejects(
    runProvider(here.host, provider, stores, { renew: "everything", deviceCode: true }),
    { code: "keyring-locked", exitCode: 6 },
  );
  assert.deepEqual([here.aws.calls, here.host.told, here.events], [[], "", []]);
});

Deno.test("runChain() frees every lock when it fails", async () => {
  const here = world({});
  await assert.rejects(here.run(threeLinks(), "audit"), { code: "person-needed" });
  assert.equal(here.events.filter((event) => event.startsWith("lock")).length, 4);
  assert.equal(here.events.filter((event) => event.startsWith("unlock")).length, 4);
});

Deno.test("runChain() forgets a refresh token that is dead, before anybody is asked", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), 0, "not-a-real-refresh-kept");
  here.aws.dead.add("not-a-real-refresh-kept");
  await assert.rejects(here.run(threeLinks(), "admin"), { code: "person-needed" });
  await assert.rejects(here.run(threeLinks(), "admin"), { code: "person-needed" });
  assert.deepEqual(here.aws.operations(), ["CreateToken"], "the second run does not try it again");
  const record = await onlyEntry(here.keyring);
  assert.deepEqual(Object.keys(record ?? {}), ["version", "registrations"]);
});

Deno.test("runChain() reads a user's keys from the keyring, and makes no provider's session", async () => {
  const here = world({});
  await assert.rejects(here.run(auth({ emergency: user() }, {}), "emergency"), { code: "not-found" });
  assert.deepEqual(here.aws.calls, []);
  assert.ok(here.events.includes("open keyring"));
});

Deno.test("runChain() ends at once when the person interrupts", async () => {
  const here = world();
  here.aws.on.CreateToken = () => {
    here.host.interrupt();
    return "network-error";
  };
  await assert.rejects(here.run(threeLinks(), "admin"), { code: "interrupted", exitCode: 130 });
  assert.equal(here.sessions.size, 0);
});

Deno.test("storedLinks() shows what is stored of every link, fresh or not, and touches nothing", async () => {
  const here = world({});
  const links = await here.keep(threeLinks(), "audit", [-HOUR, 4 * MINUTE]);
  const stored = await storedLinks(here.host, planChain(threeLinks(), "audit"), here.stores.sessions);
  assert.deepEqual(stored.map(({ link }) => link), links);
  assert.deepEqual(
    stored.map(({ session, section }) => [session?.accessKeyId, section]),
    [["ASIAKEPT-admin", "admin"], ["ASIAKEPT-prod", "prod"], [undefined, undefined]],
  );
  assert.deepEqual([here.events, here.aws.calls], [[], []]);
});

Deno.test("runProvider() logs in to a provider alone, and reuses its session until a new one is asked for", async () => {
  const here = world();
  const provider = planProvider(threeLinks(), "sso");
  const login = (renew: "target" | "everything") =>
    runProvider(here.host, provider, here.stores, { renew, deviceCode: false });
  assert.deepEqual(await login("target"), { expiresAt: FAKE_NOW + HOUR });
  here.host.advance(1000);
  assert.deepEqual(await login("target"), { expiresAt: FAKE_NOW + HOUR });
  assert.deepEqual(await login("everything"), { expiresAt: FAKE_NOW + HOUR + 1000 });
  assert.equal(countOf(here, "CreateToken"), 2);
});

Deno.test("runChain() shows no secret in what it tells, nor in what it returns", async () => {
  const here = world();
  const outcome = await here.run(threeLinks(), "audit");
  const shown = here.host.told + Deno.inspect(outcome, { depth: 20 }) + JSON.stringify(outcome);
  assert.doesNotMatch(shown, /not-a-real-(?:secret|token|session-token|refresh|client-secret|device-code)/);
  assert.ok(outcome.target.session.secretAccessKey instanceof Secret);
});

Deno.test("runChain() asks the provider, and makes a shared link, once for all chains of one command", async () => {
  const here = world();
  const shared: SharedRun = { startedAt: here.host.now(), providers: new Map() };
  for (const name of tenNames) {
    const plan = planChain(tenRoles(), name);
    await runChain(here.host, plan, here.stores, { renew: "everything", deviceCode: false, shared });
    here.host.advance(1000);
  }
  const counted = ["StartDeviceAuthorization", "GetRoleCredentials", "AssumeRole"];
  assert.deepEqual(counted.map((operation) => countOf(here, operation)), [1, 1, 10]);
});

Deno.test("runChain() does not ask again what a provider of this command has failed with", async () => {
  const here = world({});
  const shared: SharedRun = { startedAt: here.host.now(), providers: new Map() };
  for (const name of ["role-0", "role-1"]) {
    const run = runChain(here.host, planChain(tenRoles(), name), here.stores, {
      renew: "target",
      deviceCode: false,
      shared,
    });
    await assert.rejects(run, { code: "person-needed" });
  }
  assert.equal(here.events.filter((event) => event === "open keyring").length, 2);
});
