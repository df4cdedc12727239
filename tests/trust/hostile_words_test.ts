/** Words that a clone takes for itself, and stacks that lead out of it. */
import assert from "node:assert/strict";
import { openArena } from "./arena.ts";
import { type Hostile, hostile } from "./cases.ts";
import { KEYS, userConfig } from "./configs.ts";
import type { Tree } from "./tree.ts";

const STEPS = "steps: [leave-mark]";

/** Custom commands that stand where a word of ours or of Atmos stands, with what is typed. */
const TAKEN: Readonly<Record<string, readonly [commands: string, typed: readonly string[]]>> = {
  "auth": [`- { name: auth, ${STEPS} }`, ["auth", "auth status", "auth env"]],
  "a word below auth": [`- { name: auth status, ${STEPS} }`, ["auth status"]],
  "a word below auth in a list": [`- { name: auth, commands: [{ name: status, ${STEPS} }] }`, [
    "auth status",
  ]],
  "a word below auth of a tab": [`- { name: "auth\\tstatus", ${STEPS} }`, ["auth status"]],
  "a word deep below auth": [`- { name: auth user show, ${STEPS} }`, ["auth user show", "auth user"]],
  "auth in capitals": [`- { name: AUTH, ${STEPS} }`, ["AUTH", "AUTH status"]],
  "a word below auth in capitals": [`- { name: Auth Status, ${STEPS} }`, ["auth status", "auth Status"]],
  "whoami": [`- { name: auth whoami, ${STEPS} }`, ["auth whoami --cached"]],
  "login": [`- { name: auth, commands: [{ name: login, ${STEPS} }] }`, ["auth login --help"]],
  "trust": [`- { name: auth trust, ${STEPS} }`, ["auth trust --list"]],
  "an alias of auth": [`- { name: mine, aliases: [auth], ${STEPS} }`, ["auth", "auth status"]],
  "terraform": [
    `- { name: terraform, ${STEPS}, commands: [{ name: plan, ${STEPS} }] }`,
    ["terraform", "terraform plan"],
  ],
  "words of Atmos": [
    ["version", "help", "list", "describe", "workflow", "validate", "vendor", "docs", "support", "toolchain"]
      .map((name) => `- { name: ${name}, ${STEPS} }`).join("\n"),
    ["version", "help", "list", "describe", "workflow", "validate", "vendor pull", "docs", "support"],
  ],
};

for (const [what, [commands, typed]] of Object.entries(TAKEN)) {
  Deno.test(`a custom command in place of ${what} is not run`, async () => {
    await using arena = await openArena({
      files: { "atmos.yaml": `${userConfig()}commands:\n${commands}\n` },
    });
    for (const words of typed) {
      await arena.run(words, { printsSession: true });
      assert.deepEqual(await arena.takeMarks(), [], words);
    }
  });
}

Deno.test("an alias in place of a word of ours, or below auth, is not followed", async () => {
  const aliases = { auth: "evil", AUTH: "evil", "auth status": "evil", version: "evil", terraform: "evil" };
  await using arena = await openArena({
    files: {
      "atmos.yaml": `${userConfig()}aliases: ${
        JSON.stringify(aliases)
      }\ncommands:\n- { name: evil, ${STEPS} }\n`,
    },
  });
  for (const words of ["auth status", "AUTH status", "version", "auth list", "terraform plan"]) {
    await arena.run(words);
  }
  assert.deepEqual(await arena.takeMarks(), []);
  await arena.assertNoLeaks();
});

const CANARY = "canary-private-file-not-real-0d9e8f";

const stacksConfig = (stacks: string, more = "") =>
  `${userConfig()}stacks: { ${stacks}, name_pattern: "{stage}" }
components: { terraform: { base_path: components/terraform } }
${more}`;

/** Manifests and workflows, in the clone and above it. */
const PROJECT: Tree = {
  "home/private/stacks/dev.yaml":
    `vars: { stage: dev, secret: ${CANARY} }\ncomponents: { terraform: { myapp: { vars: { token: ${CANARY} } } } }\n`,
  "home/private/workflows/deploy.yaml":
    `workflows: { ${CANARY}: { description: ${CANARY}, steps: [{ command: leave-mark, type: shell }] } }\n`,
  "home/private/components/myapp/main.tf": 'variable "stage" {}\n',
  "home/clone/stacks/dev.yaml": "vars: { stage: dev }\ncomponents: { terraform: { myapp: {} } }\n",
  "home/clone/components/terraform/myapp/main.tf": 'variable "stage" {}\n',
  "home/clone/linked": { link: "../private/stacks" },
};

const LOOKING_AT_STACKS = ["list stacks", "describe stacks", "describe component myapp -s dev"];

hostile(
  Object.entries({
    "above the clone": 'base_path: ../private/stacks, included_paths: ["*"]',
    "by their absolute path": 'base_path: "@ROOT@/home/private/stacks", included_paths: ["*"]',
    "behind a link out of the clone": 'base_path: linked, included_paths: ["*"]',
    "of a pattern above the clone": 'base_path: stacks, included_paths: ["../../private/stacks/*"]',
  }).map(([what, stacks]): Hostile => ({
    name: `stacks ${what} are not read before they are trusted`,
    files: { "atmos.yaml": stacksConfig(stacks) },
    around: PROJECT,
    refused: [...LOOKING_AT_STACKS, "auth env --component myapp --stack dev"],
    works: ["list"],
  })),
);

const LOCAL = 'base_path: stacks, included_paths: ["*"]';

hostile([
  {
    name: "a base path above the clone is not followed before it is trusted",
    files: { "atmos.yaml": `base_path: ../private\n${stacksConfig(LOCAL)}` },
    around: PROJECT,
    refused: LOOKING_AT_STACKS,
    works: ["list"],
  },
  {
    name: "a manifest above the clone is not imported",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      "stacks/prod.yaml": "import: [../../private/stacks/dev.yaml]\nvars: { stage: prod }\n",
    },
    around: PROJECT,
    refused: [],
    works: [],
    runs: ["describe stacks", "describe component myapp -s prod", "list components"],
  },
  {
    name: "workflows above the clone are not read before they are trusted",
    files: { "atmos.yaml": `${stacksConfig(LOCAL)}workflows: { base_path: ../private/workflows }\n` },
    around: PROJECT,
    refused: ["list workflows", `workflow ${CANARY} -f deploy`],
    works: ["list"],
  },
  {
    name: "components above the clone are not written to before they are trusted",
    files: {
      "atmos.yaml": stacksConfig(LOCAL).replace(
        "base_path: components/terraform",
        "base_path: ../private/components",
      ),
    },
    around: PROJECT,
    refused: ["terraform plan myapp -s dev", "terraform plan myapp -s dev --dry-run"],
    works: ["list"],
  },
]);

/** What a component's own `auth:` asks for. */
const componentAuth = (more: string) =>
  `components: { terraform: { myapp: { auth: { identities: { own: { kind: aws/user, ${KEYS}, ${more} } } } } } }\n`;
const CODE: Tree = { "components/terraform/myapp/main.tf": 'variable "stage" {}\n' };
const FOR = "--component myapp --stack dev -i own";

hostile([
  {
    name: "the env of an identity of a component needs trust",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      ...CODE,
      "stacks/dev.yaml": `vars: { stage: dev }\n${componentAuth("env: { LD_PRELOAD: ./evil.so }")}`,
    },
    refused: [`auth env ${FOR}`, `auth exec ${FOR} -- leave-mark`],
    works: ["list"],
  },
  {
    name: "the env of an identity from a catalog's defaults needs trust",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      ...CODE,
      "stacks/dev.yaml": "import: [catalog/_defaults]\nvars: { stage: dev }\n",
      "stacks/catalog/_defaults.yaml": componentAuth("env: { BASH_ENV: ./evil.sh }"),
    },
    refused: [`auth env ${FOR}`, "terraform plan myapp -s dev -i own"],
    works: ["list"],
  },
  {
    name: "a program for MFA codes of a component's identity is not started before it is trusted",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      ...CODE,
      "stacks/dev.yaml": `vars: { stage: dev }\n${
        componentAuth("x: y").replace(
          "region: us-east-1 }, x: y",
          'region: us-east-1, mfa_arn: "arn:aws:iam::123456789012:mfa/username", mfa_command: leave-mark }',
        )
      }`,
    },
    env: { ATMOS_MFA_TOKEN: undefined },
    refused: [`auth env ${FOR}`],
    works: ["list"],
  },
  {
    name: "a component's endpoint for the identity of atmos.yaml needs trust",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      ...CODE,
      "stacks/dev.yaml":
        'vars: { stage: dev }\nterraform: { auth: { identities: { dev: { spec: { endpoint_url: "@EVIL@" } } } } }\n' +
        "components: { terraform: { myapp: {} } }\n",
    },
    refused: ["auth env --component myapp --stack dev", "terraform plan myapp -s dev"],
    works: ["list"],
  },
  {
    name: "a component's role session name from a variable needs trust and is not shown",
    files: {
      "atmos.yaml": stacksConfig(LOCAL),
      ...CODE,
      "stacks/dev.yaml":
        "vars: { stage: dev }\ncomponents: { terraform: { myapp: { auth: { identities: { own: { kind: aws/assume-role, " +
        "via: { identity: dev }, principal: { assume_role: 'arn:aws:iam::123456789012:role/Deployer', " +
        "session_name: !env PLAIN_TOKEN } } } } } } }\n",
    },
    refused: [`auth env ${FOR}`],
    works: ["list"],
  },
]);
