/** What the real program prints for programs is what `schema/` says, command by command. */
import assert from "node:assert/strict";
import { OUTPUT_SCHEMAS } from "../../lib/output/schemas/mod.ts";
import { assertDocument } from "../output/schemas.ts";
import { loggedInWorld, startWorld } from "./world.ts";

/** Commands about stacks: their documents are in transcripts, where each is held against its schema, too. */
const ABOUT_STACKS = /^describe |^list (?!accounts$)/;

/** The lines that print a command's document, in various states of the world: every other command has one. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  "whoami": ["", "--verify", "--cached", "--identity=off"],
  "env": ["", "--files", "--identity=off"],
  "explain": ["", "--identity=off"],
  "list": ["", "--providers", "--identities base-admin"],
  "list accounts": [""],
  "import": ["--discover"],
  "validate": ["", "--verbose --strict"],
  "doctor": [""],
  "permissions": ["", "console"],
  "trust": ["--list"],
  "console": ["", "--destination s3"],
  "logout": ["--all --dry-run", "prod-admin", "--all"],
};

Deno.test("every command with a schema prints what it says, and nothing beside it", async () => {
  const commands = [...OUTPUT_SCHEMAS.keys()].filter((command) => !ABOUT_STACKS.test(command));
  assert.deepEqual(Object.keys(LINES).sort(), commands.sort());
  await using world = await loggedInWorld();
  for (const [command, lines] of Object.entries(LINES)) {
    for (const line of lines) {
      const words = [...command.split(" "), ...line.split(" ").filter((word) => word !== "")];
      const printsSecrets = command === "env" || command === "console";
      const { code, stdout, stderr } = await world.run(["auth", ...words, "--format", "json"], {
        printsSecrets,
      });
      assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
      await assertDocument(command, stdout);
    }
  }
  await world.assertNoLeaks();
});

Deno.test("`--output json` and `-o json` say the same, but for `env`, whose -o is a file", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", "auth: { realm: here }\n");
  for (const flags of [["--output", "json"], ["-o", "json"], ["-o=json"], ["--output=json"]]) {
    for (const command of ["validate", "list", "doctor"]) {
      const { stdout } = await world.run(["auth", command, ...flags]);
      await assertDocument(command, stdout);
    }
  }
});

Deno.test("what is broken is printed by its schema, too, with the exit code that says so", async () => {
  await using world = await startWorld();
  const env = { ATMOS_KEYRING_PASSWORD: undefined };
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${world.aws.startUrl}" }
    lost: { kind: azure/oidc }
    odd: { kind: nonsense }
  identities:
    first: { kind: aws/permission-set, via: { provider: my-sso }, principal: { name: A, account: { id: 111122223333 } } }
    second: { kind: aws/assume-role, via: { identity: third }, principal: { assume_role: "arn:aws:iam::1:role/x" } }
    mine: { kind: aws/user, credentials: { mfa_arn: !env NOT_SET_ANYWHERE } }
  unknown: 1
`,
  );
  const expected = [
    ["whoami", ["-i", "first"], 3],
    ["explain", ["-i", "first"], 0],
    ["list", [], 0],
    ["validate", ["--verbose"], 2],
    ["doctor", [], 1],
    ["logout", ["first"], 0],
  ] as const;
  for (const [command, words, exitCode] of expected) {
    const { code, stdout, stderr } = await world.run(["auth", command, ...words, "--format", "json"], {
      env,
    });
    assert.equal(code, exitCode, `${command}: ${stderr}`);
    await assertDocument(command, stdout);
  }
});
