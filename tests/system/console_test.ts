/**
 * `console` with a real Chromium, from the session to the page on which it lands.
 */
import assert from "node:assert/strict";
import { isInstalled, testIf } from "./program.ts";
import { eventually } from "./waiting.ts";
import { loggedInWorld, startWorld, type World } from "./world.ts";

const CHROMIUM = "chromium";
const hasChromium = await isInstalled(CHROMIUM);

/**
 * A browser as the machine has one, but for what a test must add: root has no sandbox, there is no display, and the
 * test wants to see the page. It writes each page into a file of its own.
 */
async function browserOf(world: World): Promise<string> {
  const switches = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --dump-dom";
  const real = (await new Deno.Command("sh", { args: ["-c", `command -v ${CHROMIUM}`] }).output()).stdout;
  const program = new TextDecoder().decode(real).trim();
  const path = `${world.home}/bin/google-chrome-stable`;
  await world.write(
    "bin/google-chrome-stable",
    `#!/bin/sh\n${program} ${switches} "$@" > "$HOME/page.$$" 2>/dev/null\nmv "$HOME/page.$$" "$HOME/page.$$.html"\n`,
  );
  await Deno.chmod(path, 0o755);
  return path;
}

/** The texts of the pages that browsers have shown, once there are so many. */
async function pages({ home }: World, count: number): Promise<readonly string[]> {
  const names = await eventually(
    async () => {
      const all = await Array.fromAsync(Deno.readDir(home), ({ name }) => name);
      const shown = all.filter((name) => name.endsWith(".html"));
      return shown.length >= count ? shown : undefined;
    },
    () => `fewer than ${count} pages`,
  );
  return await Promise.all(names.map((name) => Deno.readTextFile(`${home}/${name}`)));
}

/** What the emulator's console shows, by its labels. */
function shown(page: string): Readonly<Record<string, string>> {
  const pairs = [...page.matchAll(/<dt>([^<]*)<\/dt>\s*<dd>([^<]*)<\/dd>/g)];
  return Object.fromEntries(pairs.map(([, label = "", text = ""]) => [label, text.replaceAll("&amp;", "&")]));
}

testIf(
  hasChromium,
  "chromium is not installed",
  "Chromium lands on the console as the role, at the service, and no log has the link",
  async () => {
    await using world = await loggedInWorld();
    const env = { BROWSER: `${await browserOf(world)} --user-data-dir=${world.home}/own-profile` };
    const ran = await world.run(
      [
        "auth",
        "console",
        "--destination",
        "s3",
        "--logs-level",
        "Trace",
        "--logs-file",
        `${world.home}/tmp/log`,
      ],
      { env },
    );
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(ran.stdout, "");
    const [page = ""] = await pages(world, 1);
    const { Account, Role, Session, Issuer, Destination } = shown(page);
    assert.deepEqual({ Account, Role, Session, Issuer, Destination }, {
      Account: "production (999999999999)",
      Role: "ProductionAdmin",
      Session: "first-light",
      Issuer: "atmos",
      Destination: "https://console.aws.amazon.com/s3?region=us-east-1",
    });
    assert.match(await world.read("tmp/log"), /getSigninToken/);
    // A browser keeps its history, the link included; AWS takes it once.
    await world.assertNoLeaks((path) => path.includes("/own-profile/"));
  },
);

testIf(
  hasChromium,
  "chromium is not installed",
  "with --isolated two identities are in the console side by side, each in a profile of its own, and logout removes both",
  async () => {
    await using world = await loggedInWorld();
    await browserOf(world);
    const env = { DISPLAY: ":0", PATH: `${world.home}/bin:${world.env["PATH"]}` };
    for (const name of ["prod-admin", "base-admin"]) {
      const ran = await world.run(["auth", "console", "--isolated", "--identity", name], { env });
      assert.equal(ran.code, 0, ran.stderr);
    }
    const roles = (await pages(world, 2)).map((page) => shown(page)["Role"]);
    assert.deepEqual(roles.sort(), ["AWSReservedSSO_AdminAccess_0123456789abcdef", "ProductionAdmin"]);
    const directory = `${world.home}/.local/share/atmos/console`;
    const profiles = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    assert.deepEqual(profiles.map((name) => name.replace(/-[0-9a-f]{16}$/, "")).sort(), [
      "base-admin",
      "prod-admin",
    ]);
    for (const name of profiles) {
      assert.equal(((await Deno.stat(`${directory}/${name}`)).mode ?? 0) & 0o777, 0o700);
      assert.ok((await Deno.stat(`${directory}/${name}/Default`)).isDirectory, "Chromium used it");
    }
    const ran = await world.run(["auth", "logout", "--provider", "my-sso"]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
    await world.assertNoLeaks();
  },
);

/** Opens a link as a browser would, and tells what console session came of it. */
async function sessionBehind({ aws }: World, link: string) {
  const answer = await fetch(link, { redirect: "manual" });
  await answer.body?.cancel();
  assert.deepEqual([answer.status, answer.headers.get("location")], [302, "/console/home"]);
  const session = [...aws.state.consoleSessions.values()].at(-1);
  assert.ok(session !== undefined);
  return session;
}

const HOUR = 3_600_000;

Deno.test("--print-only prints the link alone; the console lasts as long as AWS lets one choose", async () => {
  await using world = await loggedInWorld();
  const open = async (...words: readonly string[]) => {
    const ran = await world.run(["auth", "console", "--print-only", ...words], { printsSecrets: true });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^http:\/\/127\.0\.0\.1:\d+\/federation\?Action=login&[^\s]+\n$/);
    return await sessionBehind(world, ran.stdout.trim());
  };
  const direct = await open("--identity", "base-admin", "--duration", "12h");
  assert.ok(
    Math.abs(direct.endsAt - world.aws.now() - 12 * HOUR) < HOUR / 60,
    "12 h, beyond the session's own 4 h",
  );
  const chained = await open("--duration", "12h");
  assert.ok(
    Math.abs(chained.endsAt - world.aws.now() - HOUR) < HOUR / 60,
    "role chaining: as long as the session",
  );
  const [request] = world.aws.requests("GetSigninToken");
  assert.equal(request?.parameters["SessionDuration"], "43200");
  assert.equal(world.aws.requests("GetSigninToken")[1]?.parameters["SessionDuration"], undefined);
  await world.assertNoLeaks();
});

Deno.test("a role of a CI job opens a console of the length that it wants", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    `auth:
  providers:
    ci: { kind: github/oidc, region: us-east-1, console: { session_duration: 8h } }
  identities:
    deploy:
      kind: aws/assume-role
      via: { provider: ci }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole" }
`,
  );
  const env = { GITHUB_ACTIONS: "true", ...world.aws.github };
  const ran = await world.run(["auth", "console", "--print-only"], { env, printsSecrets: true });
  assert.equal(ran.code, 0, ran.stderr);
  const { endsAt, credential } = await sessionBehind(world, ran.stdout.trim());
  assert.ok(Math.abs(endsAt - world.aws.now() - 8 * HOUR) < HOUR / 60);
  assert.equal(credential.origin, "role-web-identity");
  const refused = await world.run(["auth", "console"], { env });
  assert.equal(refused.code, 3, refused.stderr);
  await world.assertNoLeaks();
});
