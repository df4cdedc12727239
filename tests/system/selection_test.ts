/**
 * Which identity a command is for, or that it is for none.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper } from "./program.ts";
import { loggedInWorld, type RunOptions, startWorld } from "./world.ts";

const CHILD = helper("exec_child.ts");

/** An off-word by flag and by variable. */
const WAYS: readonly (readonly [string, readonly string[], RunOptions])[] = [
  ["--identity=false", ["--identity=false"], {}],
  ["--identity=Off", ["--identity", "Off"], {}],
  ["--identity=NO", ["-i", "NO"], {}],
  ["--identity=0", ["-i=0"], {}],
  ["ATMOS_IDENTITY=off", [], { env: { ATMOS_IDENTITY: "off" } }],
  ["ATMOS_IDENTITY=FALSE", [], { env: { ATMOS_IDENTITY: "FALSE" } }],
];

for (const [shown, words, options] of WAYS) {
  Deno.test(`${shown}: \`env\`, \`exec\`, \`whoami\` and \`login\` need no configuration, no keyring and no file`, async () => {
    await using world = await startWorld();
    // Nothing of this could be used.
    await world.write("atmos.yaml", "auth:\n\tkeyring: [\n");
    await world.write(".config/atmos/aws/my-sso/credentials", "no INI at all\n");
    const run = (command: readonly string[]) =>
      world.run(["auth", command[0] ?? "", ...words, ...command.slice(1)], options);
    assert.deepEqual(await run(["env"]), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(await run(["env", "--format", "json"]), { code: 0, stdout: "{}\n", stderr: "" });
    assert.deepEqual(await run(["whoami"]), {
      code: 0,
      stdout: `Authentication is disabled by ${shown}\n`,
      stderr: "",
    });
    assert.deepEqual(await run(["login"]), {
      code: 0,
      stdout: "",
      stderr: `Authentication is disabled by ${shown}: nothing to log in to\n`,
    });
    const inherited = { AWS_PROFILE: "mine", AWS_DEFAULT_PROFILE: "mine", ...options.env };
    const ran = await world.run(["auth", "exec", ...words, "--", ...CHILD], { env: inherited });
    assert.equal(ran.code, 0, ran.stderr);
    // As it came, even what would be taken out of a session's environment; but our own secrets are no child's.
    const { ATMOS_KEYRING_PASSWORD: _, ...unchanged } = world.env;
    assert.deepEqual(JSON.parse(ran.stdout).environment, { ...unchanged, ...inherited });
    assert.equal(world.aws.requests().length, 0);
  });
}

Deno.test("`validate` and `list` ignore that authentication is off", async () => {
  await using world = await loggedInWorld();
  const env = { ATMOS_IDENTITY: "false" };
  assert.match((await world.run(["auth", "validate"], { env })).stdout, /is valid/);
  assert.match((await world.run(["auth", "list", "--identity=false"], { env })).stdout, /prod-admin/);
});

Deno.test("ATMOS_IDENTITY beats the default, the flag beats the variable, and case does not matter", async () => {
  await using world = await loggedInWorld();
  const identity = async (words: readonly string[], variable?: string) => {
    const ran = await world.run(["auth", "whoami", "--output", "json", ...words], {
      env: { ATMOS_IDENTITY: variable },
    });
    assert.equal(ran.code, 0, ran.stderr);
    return JSON.parse(ran.stdout).identity;
  };
  assert.equal(await identity([]), "prod-admin");
  assert.equal(await identity([], "base-admin"), "base-admin");
  assert.equal(await identity([], "BASE-Admin"), "base-admin");
  assert.equal(await identity(["--identity", "prod-admin"], "base-admin"), "prod-admin");
  assert.equal(await identity(["--identity=prod-admin"], "false"), "prod-admin");
});

Deno.test("an unknown identity is exit 2 and names the nearest, from the flag and from the variable", async () => {
  await using world = await loggedInWorld();
  const says = /Cannot find the identity "prod-admni"[^]*prod-admin/;
  for (const command of [["env"], ["whoami"], ["login"], ["exec", "--", "true"]]) {
    const [name = "", ...rest] = command;
    assertFailed(await world.run(["auth", name, "--identity", "prod-admni", ...rest]), 2, says);
  }
  assertFailed(await world.run(["auth", "env"], { env: { ATMOS_IDENTITY: "prod-admni" } }), 2, says);
});

Deno.test("where somebody must choose and nobody can be asked, exit 2 lists the candidates", async () => {
  await using world = await startWorld();
  const identity = (name: string, isDefault: boolean) =>
    `    ${name}: { kind: aws/user, default: ${isDefault}, credentials: { region: us-east-1 } }\n`;
  const config = (defaults: boolean) =>
    `auth:\n  identities:\n${
      ["one", "two", "three"].map((name) => identity(name, defaults && name !== "three")).join("")
    }`;
  await world.write("atmos.yaml", config(false));
  assertFailed(await world.run(["auth", "env"]), 2, /none is marked as default[^]*one, three, two\n/);
  assertFailed(await world.run(["auth", "whoami"]), 2, /none is marked as default[^]*one, three, two\n/);
  await world.write("atmos.yaml", config(true));
  assertFailed(
    await world.run(["auth", "exec", "--", "true"]),
    2,
    /several are marked as default[^]*one, two\n/,
  );
  assertFailed(await world.run(["auth", "login", "--identity"]), 2, /somebody must choose one/);
});
