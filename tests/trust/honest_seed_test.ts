/** The manual's own configurations, in a clone: which of them need trust, and that one `atmos auth trust` is enough. */
import assert from "node:assert/strict";
import { MFA_USER, PLAIN_USER } from "../emulator/mod.ts";
import { baseText, below, blockText } from "../seed/blocks.ts";
import { openArena, type Variables } from "./arena.ts";
import { assertFree, type Honest, honest } from "./cases.ts";
import { SECRETS } from "./canaries.ts";
import type { Tree } from "./tree.ts";

/** Layers of a configuration, the lowest first. */
function layered(...layers: readonly string[]): Tree {
  const lower = layers.slice(0, -1).map((text, at) => [`.atmos.d/${at}.yaml`, text] as const);
  return { ...Object.fromEntries(lower), "atmos.yaml": layers.at(-1) ?? "" };
}

const MEMORY: Variables = { ATMOS_KEYRING_TYPE: "memory" };
const EMERGENCY: Variables = {
  EMERGENCY_AWS_ACCESS_KEY_ID: PLAIN_USER.accessKeyId,
  EMERGENCY_AWS_SECRET_ACCESS_KEY: PLAIN_USER.secretAccessKey,
};
const PROJECT = baseText("project");

const FREE: readonly Honest[] = [
  {
    name: "Quick Start",
    files: layered(blockText(54)),
    env: MEMORY,
    works: ["validate", "explain", "login"],
  },
  {
    name: "Identity Chaining",
    files: layered(baseText("my_sso"), below("auth", blockText(117))),
    env: MEMORY,
    works: ["validate", "auth login --device-code -i prod-admin"],
  },
  {
    name: "AWS SSO with Permission Sets",
    files: layered(blockText(142)),
    env: MEMORY,
    works: ["validate", "login", "auth login --device-code -i prod-readonly"],
  },
  {
    name: "GitHub Actions OIDC",
    files: layered(blockText(202)),
    works: ["validate"],
    before: async (arena) => await assertFree(arena, "env", undefined, { ...arena.aws.github, CI: "true" }),
  },
  {
    name: "AWS User, Basic Configuration",
    files: layered(blockText(220)),
    env: EMERGENCY,
    works: ["validate", "env", "exec"],
  },
  {
    name: "AWS User, keys in the keychain",
    files: layered(blockText(229)),
    works: ["validate", "list", "explain"],
  },
  {
    name: "Configuration with MFA",
    files: layered(blockText(240)),
    works: ["validate"],
    before: async (arena) => {
      await assertFree(arena, "env", undefined, {
        EMERGENCY_AWS_ACCESS_KEY_ID: MFA_USER.accessKeyId,
        EMERGENCY_AWS_SECRET_ACCESS_KEY: MFA_USER.secretAccessKey,
        ATMOS_MFA_TOKEN: await arena.aws.totp(MFA_USER.mfaSerial),
      });
    },
  },
  {
    name: "an MFA device from a variable",
    files: layered(blockText(240).replace(/mfa_arn: arn:\S+/, "mfa_arn: !env AWS_MFA_ARN")),
    env: { ...EMERGENCY, AWS_MFA_ARN: MFA_USER.mfaSerial },
    works: ["validate", "explain"],
  },
  {
    name: "Component-Level Configuration",
    files: {
      ...layered(
        PROJECT,
        'stacks: { base_path: stacks, included_paths: ["*"], name_pattern: "{stage}" }\n',
      ),
      "stacks/dev.yaml": `vars: { stage: dev }\n${blockText(319)}`,
    },
    env: MEMORY,
    works: ["validate", "auth login --device-code --component myapp --stack dev -i custom-role"],
  },
  {
    name: "Single Default",
    files: layered(blockText(54), below("auth", blockText(360))),
    env: MEMORY,
    works: ["validate", "login"],
  },
  { name: "System Keyring", files: layered(PROJECT, blockText(441)), works: ["validate", "list"] },
  {
    name: "File Keyring",
    files: layered(PROJECT, blockText(448)),
    env: { ATMOS_KEYRING_TYPE: undefined },
    works: ["validate", "login"],
    mayWrite: /^home\/\.atmos(?:\/|$)/,
  },
  {
    name: "Memory Keyring",
    files: layered(PROJECT, blockText(476)),
    env: { ATMOS_KEYRING_TYPE: undefined },
    works: ["validate", "login"],
  },
  {
    name: "Logs Configuration",
    files: layered(PROJECT, blockText(566).replace("/tmp/atmos-auth.log", "@ROOT@/tmp/atmos-auth.log")),
    works: ["validate", "list"],
    mayWrite: /^tmp\/atmos-auth\.log$/,
  },
  {
    name: "Workflows Integration",
    files: layered(PROJECT, blockText(572)),
    works: ["validate", "list workflows"],
  },
  {
    name: "Session Duration",
    files: layered(blockText(142), blockText(607)),
    env: MEMORY,
    works: ["validate", "auth login --device-code -i dev-admin"],
  },
];

honest(FREE.map((one): Honest => ({
  ...one,
  name: `the manual's example of ${one.name} needs no trust in a clone`,
})));

Deno.test("the manual's log in /tmp itself needs no trust, whatever TMPDIR says", async () => {
  const path = `/tmp/atmos-auth-${crypto.randomUUID()}.log`;
  await using arena = await openArena({
    files: layered(PROJECT, blockText(566).replace("/tmp/atmos-auth.log", path)),
  });
  try {
    await assertFree(arena, "list");
    assert.match(await Deno.readTextFile(path), /\S/);
    assert.equal(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
    const before = (await Deno.readTextFile(path)).length;
    await assertFree(arena, "list");
    assert.ok((await Deno.readTextFile(path)).length > before);
    for (const { value } of SECRETS) assert.ok(!(await Deno.readTextFile(path)).includes(value));
  } finally {
    // Where there is none, the test has failed before.
    await Deno.remove(path).catch(() => undefined);
  }
});

Deno.test("the manual's SAML example names a host that is not AWS's: it needs trust, once", async () => {
  await using arena = await openArena({ files: layered(blockText(170)) });
  await arena.refuses("env");
  await arena.refuses("login");
  const { stderr } = await arena.works("auth trust");
  assert.match(stderr, /company\.okta\.com/);
  await assertFree(arena, "validate");
  await assertFree(arena, "explain");
  assert.deepEqual(await arena.takeMarks(), []);
  await arena.assertNoLeaks();
});

Deno.test("the manual's directory of AWS files leads out of the clone: it needs trust, once", async () => {
  const config = blockText(523).replace("/custom/path/aws", "@ROOT@/custom/path/aws");
  await using arena = await openArena({ files: layered(PROJECT, config) });
  await arena.refuses("env");
  await arena.refuses("login");
  assert.deepEqual(await arena.takeChanges(), []);
  const { stderr } = await arena.works("auth trust");
  assert.match(stderr, /\/custom\/path\/aws/);
  await assertFree(arena, "login");
  await assertFree(arena, "env", /^export AWS_ACCESS_KEY_ID="ASIA/m);
  const files = (await arena.takeChanges()).filter((path) => path.startsWith("custom/path/aws/my-sso/"));
  assert.ok(files.includes("custom/path/aws/my-sso/credentials"), files.join(" "));
});
