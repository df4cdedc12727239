/** Chains when something is refused, out of reach, or over before its time. */
import assert from "node:assert/strict";
import { keyId, portalError, stsError } from "../aws/fake_aws.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { auth, permissionSet, threeLinks } from "./samples.ts";
import { loggedIn, world } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("runChain() refreshes a token that the portal no longer knows, and tries once more", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR, "not-a-real-refresh-kept");
  here.aws.dead.add("not-a-real-token-kept");
  const { target } = await here.run(threeLinks(), "admin");
  assert.equal(target.session.accessKeyId, keyId(1));
  assert.deepEqual(here.aws.operations(), ["GetRoleCredentials", "CreateToken", "GetRoleCredentials"]);
  assert.equal(here.aws.calls[1]?.parameters["refreshToken"], "not-a-real-refresh-kept");
  assert.equal(here.aws.calls[2]?.caller, "not-a-real-token-1");
});

Deno.test("runChain() stops when the portal refuses the new token, too", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR, "not-a-real-refresh-kept");
  here.aws.on.GetRoleCredentials = () => portalError("UnauthorizedException", 401, "Session token not found");
  await assert.rejects(here.run(threeLinks(), "admin"), { code: "session-rejected", exitCode: 4 });
  assert.deepEqual(here.aws.operations(), ["GetRoleCredentials", "CreateToken", "GetRoleCredentials"]);
});

Deno.test("runChain() needs a person when the portal refuses a token that cannot be refreshed", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR);
  here.aws.dead.add("not-a-real-token-kept");
  await assert.rejects(here.run(threeLinks(), "admin"), { code: "person-needed", exitCode: 3 });
  assert.deepEqual(here.aws.operations(), ["GetRoleCredentials"]);
});

Deno.test("runChain() never asks for a new login because the portal throttles or has no such assignment", async () => {
  for (
    const [status, code, expected] of [
      [429, "TooManyRequestsException", "throttled"],
      [403, "ForbiddenException", "refused"],
    ] as const
  ) {
    const here = world();
    await loggedIn(here, threeLinks(), HOUR, "not-a-real-refresh-kept");
    here.aws.on.GetRoleCredentials = () => portalError(code, status, "No access");
    await assert.rejects(here.run(threeLinks(), "admin"), { code: expected });
    assert.ok(here.aws.operations().every((operation) => operation === "GetRoleCredentials"));
    assert.equal(here.host.told, "");
  }
});

Deno.test("runChain() renews the session that AWS says is over, and assumes the role once more", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR);
  await here.keep(threeLinks(), "prod", [HOUR]);
  here.aws.dead.add("ASIAKEPT-admin");
  const { target } = await here.run(threeLinks(), "prod");
  assert.equal(target.session.accessKeyId, keyId(2));
  assert.deepEqual(here.aws.operations(), ["AssumeRole", "GetRoleCredentials", "AssumeRole"]);
});

Deno.test("runChain() stops when AWS refuses the renewed session, too", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), HOUR);
  here.aws.on.AssumeRole = () => stsError("ExpiredToken", "The security token is expired");
  await here.keep(threeLinks(), "prod", [HOUR]);
  await assert.rejects(here.run(threeLinks(), "prod"), {
    code: "session-rejected",
    remoteCode: "ExpiredToken",
  });
  assert.deepEqual(here.aws.operations(), ["AssumeRole", "GetRoleCredentials", "AssumeRole"]);
});

Deno.test("runChain() uses what still lives when AWS cannot be reached, and says so", async () => {
  const here = world({});
  await here.keep(threeLinks(), "prod", [HOUR, 4 * MINUTE]);
  here.aws.on.AssumeRole = () => "network-error";
  const { target, notices } = await here.run(threeLinks(), "prod");
  assert.deepEqual([target.source, target.session.accessKeyId], ["stored", "ASIAKEPT-prod"]);
  assert.equal(notices.length, 1);
  assert.match(
    notices[0] ?? "",
    /^Could not renew the session of "prod", using the one that lasts 3m5\ds more: Cannot assume the role arn:\S+: Cannot reach sts\./,
  );
});

Deno.test("runChain() uses what still lives when a person would be needed and nobody can be asked", async () => {
  const here = world({});
  await here.keep(threeLinks(), "prod", [0, 4 * MINUTE]);
  const { target, notices } = await here.run(threeLinks(), "prod");
  assert.deepEqual([target.source, target.session.accessKeyId], ["stored", "ASIAKEPT-prod"]);
  assert.match(notices[0] ?? "", /using the one that lasts 4m more: Cannot log in to "sso"/);
});

Deno.test("runChain() uses a parent that still lives to make its target", async () => {
  const here = world({});
  await here.keep(threeLinks(), "prod", [4 * MINUTE]);
  const { target, notices } = await here.run(threeLinks(), "prod");
  assert.equal(target.source, "made");
  assert.equal(here.aws.calls[0]?.caller, "ASIAKEPT-admin");
  assert.match(notices[0] ?? "", /^Could not renew the session of "admin"/);
});

Deno.test("runChain() uses a portal session that still lives when nobody can log in again", async () => {
  const here = world({});
  await loggedIn(here, threeLinks(), 4 * MINUTE);
  const { target, notices } = await here.run(threeLinks(), "admin");
  assert.deepEqual([target.source, here.aws.calls[0]?.caller], ["made", "not-a-real-token-kept"]);
  assert.match(notices[0] ?? "", /^Could not renew the session of "sso", using the one that lasts 4m more/);
});

Deno.test("runChain() lets nothing stand in for what AWS refused", async () => {
  const here = world({});
  await here.keep(threeLinks(), "prod", [HOUR, 4 * MINUTE]);
  here.aws.on.AssumeRole = () => stsError("AccessDenied", "not authorized");
  await assert.rejects(here.run(threeLinks(), "prod"), { code: "refused", exitCode: 4 });
});

Deno.test("runChain() lets nothing stand in that has ended", async () => {
  const here = world({});
  await here.keep(threeLinks(), "prod", [HOUR, 0]);
  here.aws.on.AssumeRole = () => "network-error";
  await assert.rejects(here.run(threeLinks(), "prod"), { code: "unreachable", exitCode: 5 });
});

Deno.test("runChain() lets nothing stand in during a login, no parent and no portal session either", async () => {
  for (const renew of ["target", "everything"] as const) {
    const here = world({});
    await loggedIn(here, threeLinks(), 4 * MINUTE);
    await here.keep(threeLinks(), "prod", [4 * MINUTE, 4 * MINUTE]);
    await assert.rejects(here.run(threeLinks(), "prod", { renew }), { code: "person-needed" });
    assert.deepEqual(here.aws.calls, []);
  }
});

Deno.test("runChain() keeps a permission set no longer than our own session.duration", async () => {
  const config = auth({ admin: permissionSet("sso", { sessionSeconds: 1800 }) });
  const here = world({});
  await loggedIn(here, config, HOUR);
  const { target } = await here.run(config, "admin");
  assert.equal(target.session.expiresAt, FAKE_NOW + 1800_000, "AWS gave four hours");
  here.aws.on.GetRoleCredentials = () => "network-error";
  here.host.advance(1800_000);
  await assert.rejects(here.run(config, "admin"), { code: "unreachable" });
});

Deno.test("runChain() holds what is stored to the session.duration of today", async () => {
  const config = (sessionSeconds?: number) => auth({ admin: permissionSet("sso", { sessionSeconds }) });
  const here = world({});
  await loggedIn(here, config(), HOUR);
  await here.keep(config(), "admin", [30 * MINUTE]);
  assert.equal((await here.run(config(), "admin")).target.source, "stored");
  assert.equal((await here.run(config(1200), "admin")).target.source, "made");
});
