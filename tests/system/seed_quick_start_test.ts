/** The manual's first pages, done as they say. */
import assert from "node:assert/strict";
import { baseText, below, blockText } from "../seed/blocks.ts";
import { assertFailed } from "./clear.ts";
import { adminOf, personalProfile, runBlock, startProject, terraformRuns, whoami } from "./seed_project.ts";
import { sectionsOf } from "./sessions.ts";
import type { Ran } from "./world.ts";

const ADMIN = adminOf("999999999999");
const VALID = "✓ Authentication configuration is valid\n";

function assertAllWell(runs: readonly (Ran & { command: string })[]): void {
  for (const { code, command, stderr } of runs) assert.equal(code, 0, `${command}: ${stderr}`);
}

Deno.test("Usage, Examples: each of the six commands does what its comment says", async () => {
  await using project = await startProject(blockText(54));
  const runs = await runBlock(project, 5);
  assertAllWell(runs);
  const [validate, login, again, env, exec, status] = runs;
  assert.equal(validate?.stdout, VALID);
  for (const ran of [login, again]) {
    assert.match(ran?.stderr ?? "", /✓ Authentication successful![^]*admin\n/);
  }
  assert.match(JSON.parse(env?.stdout ?? "")["AWS_ACCESS_KEY_ID"], /^ASIA/);
  assert.deepEqual(terraformRuns(exec?.stdout ?? "").map(({ words, principal }) => [words, principal]), [
    [["plan"], ADMIN],
  ]);
  assert.match(status?.stdout ?? "", /^✓ Current Authentication Status\n[^]*Identity +admin\n/);
  await project.world.assertNoLeaks();
});

Deno.test("Quick Start: from the configuration to a status, step by step", async (t) => {
  await using project = await startProject(blockText(54));
  await t.step("Quick Start, 2. Validate Configuration: valid, as the first step left it", async () => {
    assert.deepEqual(
      (await runBlock(project, 82)).map(({ code, stdout, stderr }) => [code, stdout, stderr]),
      [
        [0, VALID, ""],
      ],
    );
  });
  await t.step(
    "Quick Start, 3. Authenticate: by default and by name it is the same identity, and one login serves both",
    async () => {
      const runs = await runBlock(project, 84);
      assertAllWell(runs);
      assert.equal(runs.length, 2);
      for (const { stderr } of runs) assert.match(stderr, /Chain +my-sso → admin\n +Account +999999999999\n/);
      assert.deepEqual(await sectionsOf(project.world), ["admin"]);
      assert.equal(project.world.aws.calls("StartDeviceAuthorization"), 1);
    },
  );
  await t.step("Quick Start, 4. Check Authentication Status: who, where and until when", async () => {
    const before = project.world.aws.requests().length;
    const [ran] = await runBlock(project, 89);
    assert.match(
      ran?.stdout ?? "",
      /Provider +my-sso\n +Identity +admin\n[^]*Account +999999999999\n[^]*Expires /,
    );
    assert.equal(project.world.aws.requests().length, before);
  });
  await t.step("Quick Start, 1. Basic Configuration: a session of 1h, though AWS gives four", async () => {
    const { expiration } = await whoami(project);
    const left = Date.parse(String(expiration)) - Date.now();
    assert.ok(left > 58 * 60_000 && left <= 3_600_000, String(left));
  });
  await t.step("Quick Start, 1. Basic Configuration: a console session of 12h is asked for", async () => {
    const ran = await project.sh("atmos auth console --no-open");
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(project.world.aws.requests("GetSigninToken").at(-1)?.parameters["SessionDuration"], "43200");
  });
  await t.step(
    "Quick Start, 1. Basic Configuration: logs begin at Info, and by default at Warn",
    async () => {
      const chatty = await project.sh("atmos auth login");
      assert.match(chatty.stderr, /^INFO /m);
      const quiet = await project.sh("atmos --logs-level Warn auth login");
      assert.doesNotMatch(quiet.stderr, /^INFO /m);
      await project.world.write("atmos.yaml", blockText(54).replace(/ +# Configure[^]*Info\n/, ""));
      assert.doesNotMatch((await project.sh("atmos auth login")).stderr, /^(?:INFO|DEBU) /m);
    },
  );
});

Deno.test("Quick Start, Notes: the GitHub OIDC provider is refused without a region", async () => {
  await using project = await startProject(blockText(202).replace(/^ +region:.*\n/m, ""));
  const ran = await project.sh("atmos auth validate");
  assert.equal(ran.code, 2);
  assert.match(ran.stdout, /auth\.providers\.github-oidc\.region/);
});

Deno.test("Identity Chaining: SSO login, permission set, cross-account role, each the base of the next", async () => {
  await using project = await startProject(baseText("my_sso"), below("auth", blockText(117)));
  const login = await project.sh("atmos auth login --identity prod-admin");
  assert.equal(login.code, 0, login.stderr);
  const { principal, chain } = await whoami(project, "--identity prod-admin");
  assert.equal(principal, "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/atmos-prod-access");
  assert.ok(Array.isArray(chain));
  assert.deepEqual(chain.map(({ name }) => name), ["my-sso", "base-admin", "prod-admin"]);
  assert.deepEqual(await sectionsOf(project.world), ["base-admin", "prod-admin"]);
  const expiries = chain.slice(1).map(({ expiration }) => Date.parse(expiration));
  assert.ok(expiries.every((end) => end > Date.now() && end < Date.now() + 13 * 3_600_000));
  await project.world.assertNoLeaks();
});

Deno.test("Identity Chaining: optionally, chain again into another role", async () => {
  const again = `auth:
  identities:
    auditor:
      kind: aws/assume-role
      via: { identity: prod-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/audit/ProductionAuditor", session_name: audit }
`;
  const layers = [baseText("my_sso"), below("auth", blockText(117)), again];
  await using project = await startProject(...layers);
  const login = await project.sh("atmos auth login --identity auditor");
  assert.equal(login.code, 0, login.stderr);
  const { principal } = await whoami(project, "--identity auditor");
  assert.equal(principal, "arn:aws:sts::999999999999:assumed-role/ProductionAuditor/audit");
});

Deno.test("Flags, --identity: a name, nothing for a choice, false for none at all", async () => {
  await using project = await startProject(baseText("project"));
  const named = await project.sh("atmos auth login --identity prod-admin");
  assert.match(named.stderr, /Identity +prod-admin\n/);
  assert.match((await project.sh("atmos auth whoami -i prod-admin")).stdout, /Identity +prod-admin\n/);
  const nobody = { env: { ATMOS_FORCE_TTY: undefined } };
  const asked = await project.sh("atmos auth whoami --identity", nobody);
  assertFailed(asked, 2, /dev-admin, prod-admin, staging-admin/);
  await project.world.write(".aws/credentials", personalProfile());
  const off = await project.sh("atmos auth exec --identity=false -- terraform plan", {
    env: { AWS_PROFILE: "my-personal-profile" },
  });
  const [run] = terraformRuns(off.stdout);
  assert.equal(run?.principal, "arn:aws:iam::123456789012:user/deploy-bot");
  assert.ok(!run?.variables.includes("AWS_SHARED_CREDENTIALS_FILE"));
});

/** A word of each subcommand's line in the manual that its help must have. */
const SUBCOMMANDS = {
  env: /environment variables/,
  exec: /command with the session/,
  login: /Authenticate/,
  user: /keys of IAM users/,
  "user configure": /in the keyring/,
  validate: /Check the authentication configuration/,
  whoami: /who you are/,
  list: /providers and identities with their chains/,
  shell: /Start a shell/,
  console: /web console in the browser/,
  logout: /Remove what is kept/,
};

Deno.test("Subcommands: each of the eleven is there, and its help says what the manual says it is for", async () => {
  await using project = await startProject(blockText(54));
  for (const [name, says] of Object.entries(SUBCOMMANDS)) {
    const { code, stdout } = await project.sh(`atmos auth ${name} --help`);
    assert.equal(code, 0);
    assert.match(stdout.slice(0, stdout.indexOf("Usage:")), says);
    assert.match(stdout, new RegExp(`^ +atmos auth ${name} `, "m"));
  }
});
