/**
 * Whatever characters a configuration holds, and wherever: no command that only looks prints one that a terminal acts
 * on, or that reorders or hides text.
 */
import assert from "node:assert/strict";
import { main } from "../../lib/commands/mod.ts";
import { fakeHost } from "../fake_host.ts";

/** ESC, BEL, CR, backspace, DEL, C1 (NEL, CSI), marks and overrides of direction, separators, a byte order mark. */
const HOSTILE = "\x1b[31m\x07\r\b\x7f\x85\x9b\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u2028\u2029\ufeff";

/** What may be printed: a line's end, a tab, and everything that is seen as what it is. */
// deno-lint-ignore no-control-regex
const ACTED_ON = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

type Tree = string | number | boolean | readonly Tree[] | Variable | { readonly [key: string]: Tree };
/** `!env NAME`. */
class Variable {
  constructor(readonly text: string) {}
}

const PROJECT: Readonly<Record<string, Tree>> = {
  "/work/atmos.yaml": {
    base_path: ".",
    stacks: { base_path: "stacks", included_paths: ["deploy/**/*"], name_pattern: "{stage}" },
    workflows: { base_path: "workflows" },
    components: { terraform: { base_path: "components/terraform", command: "tofu" } },
    logs: { level: "Warning", file: "/tmp/atmos.log" },
    env: { TEAM: "network" },
    aliases: { tp: "terraform plan" },
    unknown_section: { key: "value" },
    commands: [{
      name: "greet",
      description: "Say hello",
      arguments: [{ name: "who", description: "Whom to greet", required: true }],
      flags: [{ name: "lang", shorthand: "l", description: "Language", default: "en" }],
      env: [{ key: "WHO", value: "x" }],
      steps: ["echo hello"],
    }],
    auth: {
      realm: "acme",
      keyring: { type: "file", spec: { path: "~/.atmos/keyring", password_env: "KEYRING_SECRET" } },
      logs: { level: "Warning" },
      providers: {
        "my-sso": {
          kind: "aws/iam-identity-center",
          region: "us-east-1",
          start_url: "https://mycompany.awsapps.com/start",
          session: { duration: "4h" },
          console: { session_duration: "2h" },
          tags: ["prod"],
          unknown_key: "value",
          spec: { files: { base_path: "~/aws" } },
        },
        okta: {
          kind: "aws/saml",
          region: "us-east-1",
          url: "https://company.okta.com/app/amazon_aws/abc/sso/saml",
          username: "ana",
          driver: "Okta",
        },
        ci: { kind: "github/oidc", region: "us-east-1", spec: { audience: "sts.amazonaws.com" } },
        job: { kind: "oidc/token", region: "us-east-1", spec: { token_env: "JOB_TOKEN" } },
      },
      identities: {
        admin: {
          kind: "aws/permission-set",
          default: true,
          via: { provider: "my-sso" },
          principal: { name: "AdminAccess", account: { name: "production" } },
          alias: "boss",
          env: [{ key: "GREETING", value: "hello" }],
        },
        role: {
          kind: "aws/assume-role",
          via: { identity: "admin" },
          principal: {
            assume_role: "arn:aws:iam::123456789012:role/Role",
            session_name: "me",
            duration: "1h",
          },
        },
        saml: {
          kind: "aws/assume-role",
          via: { provider: "okta" },
          principal: { assume_role: "arn:aws:iam::123456789012:role/Saml" },
        },
        job: {
          kind: "aws/assume-role",
          via: { provider: "job" },
          principal: { assume_role: "arn:aws:iam::123456789012:role/Job" },
        },
        user: {
          kind: "aws/user",
          credentials: {
            region: "us-east-1",
            mfa_arn: "arn:aws:iam::123456789012:mfa/ana",
            access_key_id: new Variable("KEY_ID"),
            secret_access_key: new Variable("KEY_SECRET fallback"),
            mfa_command: ["pass", "otp", "aws"],
          },
        },
        cloudy: { kind: "azure/subscription", via: { provider: "ci" } },
      },
    },
  },
  "/work/stacks/deploy/dev.yaml": {
    import: ["catalog/base"],
    vars: { stage: "dev" },
    components: {
      terraform: {
        vpc: {
          metadata: { component: "vpc", inherits: ["base"] },
          vars: { name: "main", owner: new Variable("OWNER nobody") },
          env: { TF_LOG: "x" },
          backend_type: "s3",
          backend: { s3: { bucket: "state", region: "us-east-1" } },
          settings: { note: "text" },
        },
      },
    },
  },
  "/work/stacks/catalog/base.yaml": {
    components: { terraform: { base: { metadata: { type: "abstract" }, vars: { size: "small" } } } },
  },
  "/work/workflows/net.yaml": {
    workflows: {
      deploy: {
        description: "Deploy the network",
        stack: "dev",
        steps: [{ name: "one", command: "terraform plan vpc", identity: "admin", stack: "dev" }, {
          name: "two",
          type: "shell",
          command: "echo done",
          when: "always",
        }],
      },
    },
  },
  "/work/components/terraform/vpc/main.tf": "# code",
};

const ENTRIES = [
  ["auth", "list"],
  ["auth", "list", "--format", "table"],
  ["auth", "list", "--format", "json"],
  ["auth", "list", "--format", "yaml"],
  ["auth", "list", "--format", "mermaid"],
  ["auth", "list", "--format", "graphviz"],
  ["auth", "validate"],
  ["auth", "validate", "--verbose"],
  ["auth", "validate", "--verbose", "--format", "json"],
  ...["admin", "role", "saml", "job", "user", "cloudy"].map((name) => ["auth", "explain", "-i", name]),
  ["auth", "explain", "--format", "json"],
  ["auth", "whoami", "--cached"],
  ["auth", "whoami", "--cached", "-i", "user", "--format", "json"],
  ["auth", "permissions", "login"],
  ["auth", "permissions", "doctor"],
  ["auth", "permissions", "env", "--format", "json", "-i", "user"],
  ["auth", "logout", "--all", "--dry-run"],
  ["auth", "logout", "admin", "--dry-run", "--format", "json"],
  ["auth", "credential-process", "-i", "job"],
  ["auth", "user", "forget", "-i", "user", "--force"],
  ["auth", "list", "-v", "--logs-level", "Trace"],
];
/** Where nothing is left of what stood there, most commands say the same. */
const FEW = [
  ["auth", "list"],
  ["auth", "list", "--format", "yaml"],
  ["auth", "validate", "--verbose"],
  ["auth", "explain", "--format", "json"],
  ["auth", "whoami", "--cached"],
  ["auth", "permissions", "login"],
];
/** Commands that wait for the network in vain, or ask. */
const SLOW = [["auth", "trust"], ["auth", "doctor"], ["auth", "login", "-i", "saml"]];
const PROJECTS = [
  ["--help"],
  ["greet", "--help"],
  ["list", "stacks"],
  ["list", "stacks", "--format", "json"],
  ["list", "components"],
  ["list", "components", "--format", "json"],
  ["list", "workflows"],
  ["describe", "workflows"],
  ["describe", "stacks"],
  ["describe", "stacks", "--format", "json"],
  ["describe", "component", "vpc", "-s", "dev"],
  ["describe", "component", "vpc", "-s", "dev", "--format", "json"],
  ["describe", "component", "vpc", "-s", "dev", "--query", ".vars.name", "--format", "json"],
  ["describe", "component", "vpc", "-s", "dev", "--query", ".vars.name"],
  ["workflow", "deploy", "-f", "net", "--dry-run"],
  ["terraform", "plan", "vpc", "-s", "dev", "--dry-run"],
];

/** Every place of a tree: keys and values. */
function* placesOf(tree: Tree, path: readonly (string | number)[] = []): Generator<Place> {
  if (Array.isArray(tree)) {
    for (const [index, item] of tree.entries()) yield* placesOf(item, [...path, index]);
  } else if (typeof tree === "object" && !(tree instanceof Variable)) {
    for (const [key, value] of Object.entries(tree)) {
      yield { path: [...path, key], what: "key" };
      yield* placesOf(value, [...path, key]);
    }
  } else yield { path, what: "value" };
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly what: "key" | "value";
}

/** The tree with something hostile at a place: behind what stands there, or `alone` in its stead. */
function spoiled(tree: Tree, { path: [first, ...rest], what }: Place, alone: boolean): Tree {
  if (first === undefined) {
    if (tree instanceof Variable) return new Variable(alone ? HOSTILE : `${tree.text}${HOSTILE}`);
    return alone ? HOSTILE : `${tree}${HOSTILE}`;
  }
  if (Array.isArray(tree)) {
    return tree.map((item, index) => index === first ? spoiled(item, { path: rest, what }, alone) : item);
  }
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      if (key !== first) return [key, value];
      if (what === "key" && rest.length === 0) return [alone ? HOSTILE : `${key}${HOSTILE}`, value];
      return [key, spoiled(value, { path: rest, what }, alone)];
    }),
  );
}

/** As YAML, every character beyond ASCII written as an escape. */
function yamlOf(tree: Tree): string {
  if (tree instanceof Variable) return `!env ${quoted(tree.text)}`;
  if (Array.isArray(tree)) return `[${tree.map(yamlOf).join(", ")}]`;
  if (typeof tree !== "object") return typeof tree === "string" ? quoted(tree) : String(tree);
  return `{${Object.entries(tree).map(([key, value]) => `${quoted(key)}: ${yamlOf(value)}`).join(", ")}}`;
}

const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** What a command prints in a project. */
async function printed(project: Readonly<Record<string, Tree>>, argv: readonly string[]): Promise<string> {
  const files = Object.fromEntries(
    Object.entries(project).map(([path, tree]) => [path, typeof tree === "string" ? tree : yamlOf(tree)]),
  );
  const host = fakeHost({
    files,
    env: { HOME: "/home/ana", HOSTILE, ATMOS_TRUST_CONFIG: "true", KEYRING_SECRET: "not-a-real-password" },
    exchanges: () => new Response(HOSTILE, { status: 503 }),
    run: () => ({ code: 0 }),
  });
  await main(host, argv);
  return host.written + host.told;
}

async function assertPrintable(
  project: Readonly<Record<string, Tree>>,
  argv: readonly string[],
  where: string,
): Promise<void> {
  const text = await printed(project, argv);
  if (text.includes("Something is wrong inside this program")) assert.fail(`${argv.join(" ")}: ${text}`);
  const found = ACTED_ON.exec(text);
  if (found === null) return;
  const around = JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20));
  assert.fail(`${argv.join(" ")} prints ${JSON.stringify(found[0])} of ${where}: ${around}`);
}

Deno.test("commands that only look have something to print", async () => {
  for (const argv of [...ENTRIES, ...SLOW, ...PROJECTS]) {
    const text = await printed(PROJECT, argv);
    assert.notEqual(text, "", argv.join(" "));
    assert.doesNotMatch(text, /^Error: (?:Unknown|Unexpected)/, argv.join(" "));
  }
});

for (const file of Object.keys(PROJECT).filter((path) => path.endsWith(".yaml"))) {
  for (const alone of [false, true]) {
    const how = alone ? "in the stead of" : "behind";
    Deno.test(`commands that only look print nothing hostile ${how} any key or value of ${file}`, async () => {
      const tree = PROJECT[file] ?? assert.fail();
      const failures: string[] = [];
      for (const place of placesOf(tree)) {
        const project = { ...PROJECT, [file]: spoiled(tree, place, alone) };
        const isAuth = place.path[0] === "auth" || place.path[0] === "env" || place.path[0] === "logs";
        const commands = file.endsWith("/atmos.yaml") && isAuth
          ? alone ? FEW : [...ENTRIES, ...SLOW]
          : [...PROJECTS, ["auth", "list"], ["auth", "validate"]];
        for (const argv of commands) {
          await assertPrintable(project, argv, `${place.what} ${place.path.join(".")}`).catch(
            (error: unknown) => {
              failures.push(error instanceof Error ? error.message : String(error));
            },
          );
        }
      }
      assert.deepEqual(failures, []);
    });
  }
}

Deno.test("a name that holds a mark of direction is printed without it", async () => {
  const name = "ad\u061cmin";
  const tree = {
    auth: { identities: { [name]: { kind: "aws/user", credentials: { region: "us-east-1" } } } },
  };
  const all = [["auth", "explain"], ["auth", "logout", name], ["auth", "user", "forget", "--force"], [
    "auth",
    "list",
  ]];
  for (const argv of all) await assertPrintable({ "/work/atmos.yaml": tree }, argv, "a name");
});

Deno.test("what is typed is printed without what a terminal acts on", async () => {
  const lines = [
    ["auth", HOSTILE],
    [HOSTILE],
    ["auth", "list", `--${HOSTILE}`],
    ["auth", "list", "--format", HOSTILE],
    ["auth", "whoami", "--cached", "-i", HOSTILE],
    ["auth", "logout", HOSTILE, "--dry-run"],
    ["auth", "permissions", HOSTILE],
    ["auth", "permissions", "exec", "--", HOSTILE],
    ["auth", "list", "--config", HOSTILE],
    ["auth", "list", "--profile", HOSTILE],
    ["auth", "list", "-C", HOSTILE],
    ["auth", "list", "--logs-file", `/work/${HOSTILE}`, "-v"],
    ["auth", "env", "-o", `/work/${HOSTILE}/..`],
    ["list", "stacks", "--component", HOSTILE],
    ["list", "components", "-s", HOSTILE],
    ["describe", "component", HOSTILE, "-s", HOSTILE],
    ["describe", "component", "vpc", "-s", "dev", "--query", HOSTILE],
    ["workflow", HOSTILE, "-f", HOSTILE],
    ["terraform", "plan", HOSTILE, "-s", HOSTILE],
  ];
  for (const argv of lines) await assertPrintable(PROJECT, argv, "the command line");
});
