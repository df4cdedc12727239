/**
 * Our own secrets go to no child, whatever starts it; the person's own credentials for AWS to no helper.
 */
import assert from "node:assert/strict";
import { MFA_USER } from "../emulator/mod.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { startTerraformWorld } from "./terraform_world.ts";
import { chainedConfig, KEYRING_PASSWORD, loggedInWorld, logIn, type World } from "./world.ts";

const CHILD = helper("exec_child.ts").map((word) => `'${word}'`).join(" ");
/** The keyring's password is in a variable of another name. */
const SECRETS = {
  MY_PASSWORD: KEYRING_PASSWORD,
  ATMOS_MFA_TOKEN: "not-a-real-token",
  ATMOS_SAML_PASSWORD: "not-a-real-saml-password",
};
const OWN = {
  AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "not-a-real-inherited-secret",
};
const ENV = { ...SECRETS, ...OWN, ATMOS_KEYRING_PASSWORD: undefined, ATMOS_TRUST_CONFIG: "true" };
const hasSh = await isInstalled("sh");
const test = (name: string, run: () => Promise<void>) => testIf(hasSh, "sh is not installed", name, run);

const named = (text: string) =>
  text.replace("{ type: file }", "{ type: file, spec: { password_env: MY_PASSWORD } }");

/** What children wrote into the file `seen`, one line each. */
async function seen(world: World): Promise<readonly Readonly<Record<string, string>>[]> {
  const text = await world.read("seen");
  await Deno.remove(`${world.home}/seen`);
  return text.trim().split("\n").map((line) => JSON.parse(line).environment);
}

/** Fails when one of these children got a secret of ours; an empty value is none. */
function assertClean(children: readonly Readonly<Record<string, string>>[], count: number): void {
  assert.equal(children.length, count);
  for (const environment of children) {
    for (const name of Object.keys({ ...SECRETS, ATMOS_KEYRING_PASSWORD: "" })) {
      assert.equal(environment[name] ?? "", "", name);
    }
  }
}

async function secretWorld(): Promise<World> {
  const world = await loggedInWorld();
  const child = JSON.stringify(`${CHILD} >>${world.home}/seen`);
  await world.write(
    "atmos.yaml",
    `${named(await world.read("atmos.yaml"))}
workflows:
  go: { steps: [{ type: shell, command: ${child} }, { type: shell, identity: prod-admin, command: ${child} }] }
commands:
- { name: own, env: [{ key: X, valueCommand: ${child} }], steps: [${child}] }
- { name: mine, identity: prod-admin, steps: [${child}] }
`,
  );
  return world;
}

test("steps, custom commands and commands of values get none of our secrets, with and without an identity", async () => {
  await using world = await secretWorld();
  for (const [words, count] of [[["workflow", "go"], 2], [["own"], 2], [["mine"], 1]] as const) {
    const ran = await world.run(words, { env: ENV });
    assert.equal(ran.code, 0, ran.stderr);
    const children = await seen(world);
    assertClean(children, count);
    // What the person has is theirs to use, where no identity says otherwise.
    const inherited = children.map(({ AWS_ACCESS_KEY_ID: id }) => id);
    if (words[0] === "own") assert.deepEqual(inherited, [OWN.AWS_ACCESS_KEY_ID, OWN.AWS_ACCESS_KEY_ID]);
  }
});

test("`exec` and `shell` pass none of our secrets on, with an identity, renewed, and without", async () => {
  await using world = await secretWorld();
  const script = `${CHILD} >>seen`;
  for (const flags of [["--identity=prod-admin"], ["--identity=off"]]) {
    for (
      const words of [
        ["auth", "exec", ...flags, "--", "sh", "-c", script],
        ["auth", "exec", "--refresh", ...flags, "--", "sh", "-c", script],
        ["auth", "shell", ...flags, "--shell", "sh", "--", "-c", script],
      ]
    ) {
      const ran = await world.run(words, { env: ENV });
      assert.equal(ran.code, 0, ran.stderr);
      assertClean(await seen(world), 1);
    }
  }
});

test("Terraform gets none of our secrets, with an identity and without", async () => {
  await using world = await startTerraformWorld({ config: (startUrl) => named(chainedConfig(startUrl)) });
  await logIn(world, [], { env: ENV });
  await world.script("terraform", `${CHILD} >>'${world.home}/seen'`);
  for (const flags of [[], ["--identity=off"]]) {
    const env = { ...ENV, PATH: `${world.home}/bin:${world.env["PATH"]}` };
    const ran = await world.run(["terraform", "validate", "plain", "-s", "dev", ...flags], { env });
    assert.equal(ran.code, 0, ran.stderr);
    const children = await seen(world);
    assertClean(children, children.length);
  }
});

test("`mfa_command` gets neither our secrets nor the person's own credentials", async () => {
  await using world = await loggedInWorld();
  const script = `${CHILD} >>${world.home}/seen; exit 1`;
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file, spec: { password_env: MY_PASSWORD } }
  identities:
    ci:
      kind: aws/user
      credentials:
        access_key_id: ${MFA_USER.accessKeyId}
        secret_access_key: !env USER_SECRET
        mfa_arn: arn:aws:iam::123456789012:mfa/alice
        mfa_command: ${JSON.stringify(["sh", "-c", script])}
`,
  );
  // With a code in the variable the command would not be run.
  const env = {
    ...ENV,
    ATMOS_MFA_TOKEN: undefined,
    USER_SECRET: MFA_USER.secretAccessKey,
    ATMOS_TRUST_CONFIG: "true",
  };
  await world.run(["auth", "env"], { env });
  const children = await seen(world);
  assertClean(children, 1);
  assert.deepEqual(Object.keys(OWN).map((name) => children[0]?.[name]), [undefined, undefined]);
});
