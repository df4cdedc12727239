/**
 * The permission sets of deno.json: every command under the set that it is promised, and nothing in a set that no
 * command looks at.
 */
import assert from "node:assert/strict";
import { KNOWN_REGIONS, partitionOfRegion } from "../../lib/arn.ts";
import { needsOf } from "../../lib/cli/line/tree.ts";
import { ROOT as COMMANDS } from "../../lib/commands/table.ts";
import { reportsOf, scopesIn } from "../../scripts/permission_sets.ts";
import manifest from "../../deno.json" with { type: "json" };
import { PLAIN_USER } from "../emulator/mod.ts";
import { githubConfig, githubJob, ROOT } from "./ci_runner.ts";
import { assertFailed } from "./clear.ts";
import { isCompiled, isInstalled, testIf } from "./program.ts";
import { permissionsOf } from "./sandbox.ts";
import { openTerminal } from "./tmux.ts";
import { chainedConfig, type Ran, type RunOptions, startWorld, type World } from "./world.ts";

const NEEDS = needsOf(COMMANDS);

const { ci, "ci-exec": ciExec, cli } = manifest.permissions;
const ignore = isCompiled();

function test(name: string, fn: () => Promise<void> | void): void {
  Deno.test({ name, ignore, fn });
}

/** A set as flags; AWS, and what is read and written, are elsewhere in the tests. */
function underSet(world: World, set: string, { atHome = false } = {}): readonly string[] {
  const own = `${world.home}/.state`;
  const places = atHome ? [] : [`--allow-read=${world.home}/work,${own}`, `--allow-write=${own}`];
  return [`-P=${set}`, `--config=${ROOT}/deno.json`, `--allow-net=${new URL(world.aws.url).host}`, ...places];
}

/** A job whose own files are below one directory. */
function jobOptions(world: World, set: string, env: RunOptions["env"] = {}): RunOptions {
  const own = `${world.home}/.state`;
  return {
    directory: `${world.home}/work`,
    grants: underSet(world, set),
    env: {
      ...githubJob(world),
      ATMOS_CONFIG: `${world.home}/work/atmos.yaml`,
      ATMOS_XDG_CONFIG_HOME: `${own}/config`,
      ATMOS_XDG_DATA_HOME: `${own}/data`,
      ATMOS_XDG_STATE_HOME: `${own}/state`,
      ...env,
    },
  };
}

const JOB_COMMANDS: readonly (readonly string[])[] = [
  ["validate"],
  ["list"],
  ["whoami", "--verify"],
  ["env"],
  ["env", "--files"],
  ["env", "--format", "json"],
  ["login"],
  ["trust", "--list"],
  ["permissions"],
  ["permissions", "exec"],
  ["logout", "github-deploy"],
];

for (const words of JOB_COMMANDS) {
  test(`\`${words.join(" ")}\` runs under the set ci`, async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    const printsSecrets = words[0] === "env";
    const ran = await world.run(["auth", ...words], { ...jobOptions(world, "ci"), printsSecrets });
    assert.equal(ran.code, 0, ran.stderr);
    await world.assertNoLeaks();
  });
}

test("the set ci starts no process, and has no way to what it does not name", async () => {
  await using world = await startWorld();
  await world.write("work/atmos.yaml", githubConfig());
  await world.write("elsewhere/atmos.yaml", githubConfig());
  const run = (args: readonly string[], options = jobOptions(world, "ci")): Promise<Ran> =>
    world.run(["auth", ...args], options);
  assertFailed(
    await run(["exec", "--", "env"]),
    2,
    /withholds --allow-run=env\n[^]*`atmos auth exec` needs it/,
  );
  const elsewhere = `${world.home}/elsewhere/atmos.yaml`;
  assertFailed(await run(["validate", "--config", elsewhere]), 2, /withholds --allow-read=/);
  const output = `${world.home}/out`;
  assertFailed(
    await run(["env", "-o", output]),
    2,
    /withholds --allow-(?:read|write)=[^]*`atmos auth env` needs it/,
  );
  await world.write("work/atmos.yaml", githubConfig("      env: [{ key: X, value: !env SOME_TOKEN }]\n"));
  const options = jobOptions(world, "ci", { SOME_TOKEN: "not-a-real-token" });
  assertFailed(await run(["env"], options), 2, /withholds --allow-env=SOME_TOKEN/);
});

test("the set ci reaches STS in every region, and the issuer of tokens; an unknown host is no grant", async () => {
  await using world = await startWorld();
  await world.write("work/atmos.yaml", githubConfig());
  const options = jobOptions(world, "ci");
  const grants = (options.grants ?? []).filter((flag) => !flag.startsWith("--allow-net"));
  // An address that nobody answers at, so that no packet leaves: the grant is there, and the network is not.
  const offline = { HTTPS_PROXY: "http://127.0.0.1:9", AWS_ENDPOINT_URL_STS: undefined };
  const env = { ...options.env, ...offline };
  const issuer = "https://vstoken.actions.githubusercontent.com/x?api-version=2.0";
  const asked = { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: issuer };
  assertFailed(
    await world.run(["auth", "env"], { ...options, grants, env: asked }),
    5,
    /the connection was refused/,
  );
  const elsewhere = { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example.com/" };
  const refused = await world.run(["auth", "env"], { ...options, grants, env: elsewhere });
  assertFailed(refused, 2, /withholds --allow-net=token\.example\.com:443/);
});

test("the set ci-exec starts what it lists, with the session and without what would win over it", async () => {
  await using world = await startWorld();
  await world.write("work/atmos.yaml", githubConfig());
  await world.write("bin/terraform", "#!/bin/sh\nenv\n");
  await world.write("bin/helm", "#!/bin/sh\nenv\n");
  for (const name of ["terraform", "helm"]) await Deno.chmod(`${world.home}/bin/${name}`, 0o755);
  const options = jobOptions(world, "ci-exec", {
    PATH: `${world.home}/bin:${world.env["PATH"]}`,
    AWS_ACCESS_KEY_ID: "ASIANATIVEEXAMPLEKEY",
    AWS_SECRET_ACCESS_KEY: "not-a-real-native-secret",
    ATMOS_KEYRING_PASSWORD: "not-a-real-keyring-password",
    OTHER: "kept",
  });
  const ran = await world.run(["auth", "exec", "--", "terraform", "plan"], options);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^AWS_PROFILE=github-deploy$/m);
  assert.match(ran.stdout, /^OTHER=kept$/m);
  assert.doesNotMatch(ran.stdout, /^(?:AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|ATMOS_KEYRING_PASSWORD)=/m);
  assertFailed(await world.run(["auth", "exec", "--", "helm"], options), 2, /withholds --allow-run=/);
  // Deno starts nothing from a list while the loader is told what to load.
  const preloading = { ...options, env: { ...options.env, LD_LIBRARY_PATH: "/nowhere" } };
  assertFailed(
    await world.run(["auth", "exec", "--", "terraform"], preloading),
    2,
    /Unset LD_LIBRARY_PATH/,
  );
});

/** What a person does, in order, behind `atmos auth` or, as said, `atmos`; each finds what the ones before it left. */
const HOME_COMMANDS: readonly (readonly [
  readonly string[],
  Pick<RunOptions, "stdin" | "approve" | "printsSecrets"> & {
    readonly code?: number;
    readonly behind?: "atmos";
  },
])[] = [
  [["validate", "--verbose"], {}],
  [["login", "--device-code"], { approve: true }],
  [["whoami", "--verify"], {}],
  [["list"], {}],
  [["list", "accounts"], {}],
  [["import", "--discover"], {}],
  // There is no other tool, which is found out by looking for all of them.
  [["import"], { code: 2 }],
  [["explain"], {}],
  [["doctor"], {}],
  [["completion", "bash"], {}],
  [["env"], { printsSecrets: true }],
  [["exec", "--", "aws"], {}],
  [["shell", "--shell", "sh", "--", "-c", "env"], {}],
  [["credential-process"], { printsSecrets: true }],
  [["console", "--print-only"], { printsSecrets: true }],
  [["trust"], {}],
  [["user", "configure", "--verify"], {
    stdin: JSON.stringify({
      access_key_id: PLAIN_USER.accessKeyId,
      secret_access_key: PLAIN_USER.secretAccessKey,
    }),
  }],
  [["login", "-i", "deploy-bot"], {}],
  [["user", "rotate", "-i", "deploy-bot"], {}],
  [["user", "forget", "-i", "deploy-bot", "--force"], {}],
  [["keyring", "accept-rollback"], {}],
  // It wants a person, and nothing of the sandbox before that.
  [["keyring", "passwd"], { code: 3 }],
  [["terraform", "plan", "myapp", "-s", "dev"], { behind: "atmos" }],
  [["tofu", "plan", "myapp", "-s", "dev"], { behind: "atmos" }],
  [["helmfile", "diff", "myapp", "-s", "dev"], { behind: "atmos" }],
  [["packer", "build", "myapp", "-s", "dev"], { behind: "atmos" }],
  [["workflow", "hello"], { behind: "atmos" }],
  [["describe", "workflows"], { behind: "atmos" }],
  [["describe", "component", "myapp", "-s", "dev"], { behind: "atmos" }],
  [["describe", "stacks"], { behind: "atmos" }],
  [["list", "components"], { behind: "atmos" }],
  [["list", "stacks"], { behind: "atmos" }],
  [["list", "workflows"], { behind: "atmos" }],
  [["permissions", "login"], {}],
  [["logout", "--all"], {}],
];

/** The command's own words, as NEEDS has them. */
function commandIn(words: readonly string[]): string {
  const two = words.slice(0, 2).join(" ");
  return NEEDS.has(two) ? two : words[0] ?? "";
}

const PROGRAMS = ["aws", "terraform", "tofu", "helmfile", "packer"];
const TYPES = ["terraform", "helmfile", "packer"];

/** A home with a portal, a user, a component of each type and programs to start. */
async function homeWorld(): Promise<World> {
  const world = await startWorld();
  const config = chainedConfig(
    world.aws.startUrl,
    "    deploy-bot: { kind: aws/user, credentials: { region: us-east-1 } }\n" +
      'stacks: { included_paths: ["*.yaml"] }\n' +
      "workflows: { hello: { steps: [{ type: shell, command: aws, identity: prod-admin }] } }\n",
  );
  await world.write("atmos.yaml", config);
  await world.write(
    "stacks/dev.yaml",
    `components: { ${TYPES.map((type) => `${type}: { myapp: { vars: { a: 1 } } }`).join(", ")} }\n`,
  );
  for (const type of TYPES) await world.write(`components/${type}/myapp/code`, "");
  for (const name of PROGRAMS) {
    await world.write(`bin/${name}`, "#!/bin/sh\nenv\n");
    await Deno.chmod(`${world.home}/bin/${name}`, 0o755);
  }
  world.guard("user's secret", PLAIN_USER.secretAccessKey);
  return world;
}

const onPath = (world: World) => ({ PATH: `${world.home}/bin:${world.env["PATH"]}` });

test("every command runs under the set cli", async () => {
  await using world = await homeWorld();
  const grants = underSet(world, "cli", { atHome: true });
  for (const [words, { code = 0, behind, ...options }] of HOME_COMMANDS) {
    const ran = await world.run([...behind === undefined ? ["auth"] : [], ...words], {
      ...options,
      grants,
      env: onPath(world),
    });
    assert.equal(ran.code, code, `${words.join(" ")}: ${ran.stderr}`);
  }
  const shown = new Set(HOME_COMMANDS.map(([words]) => commandIn(words)));
  assert.deepEqual([...NEEDS.keys()].filter((name) => !shown.has(name)), []);
  await world.assertNoLeaks();
});

test("every command runs with exactly what `permissions` prints for it", async () => {
  await using world = await homeWorld();
  const env = onPath(world);
  for (const [words, { code = 0, behind, ...options }] of HOME_COMMANDS) {
    const command = commandIn(words).replace(" ", "-");
    const identity = words.includes("-i") ? ["-i", "deploy-bot"] : [];
    const program = words[0] === "exec" ? ["--", "aws"] : [];
    const printed = await world.run(["auth", "permissions", command, ...identity, ...program], { env });
    // `permissions` itself looks at what it is asked about.
    const grants = words[0] === "permissions"
      ? ["--allow-read", "--allow-env", "--allow-sys"]
      : printed.stdout.trim().split("\n");
    const ran = await world.run([...behind === undefined ? ["auth"] : [], ...words], {
      ...options,
      grants,
      env,
    });
    assert.equal(ran.code, code, `${words.join(" ")}: ${ran.stderr}`);
  }
  await world.assertNoLeaks();
});

test("ci-exec is ci with a list of programs; neither starts anything else, loads anything, or reads all", () => {
  const { run: _, ...rest } = ci;
  const { run: programs, ...restExec } = ciExec;
  assert.deepEqual(restExec, rest);
  assert.deepEqual(programs, ["aws", "helmfile", "packer", "terraform", "tofu"]);
  assert.deepEqual([ci.run, ci.ffi], [false, false]);
});

test("the sets' networks are STS and GitHub's issuer for ci, and AWS's domains for cli", () => {
  const domains: Readonly<Record<string, string>> = {
    "aws": "amazonaws.com",
    "aws-us-gov": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
  };
  const sts = KNOWN_REGIONS.flatMap((region) => {
    const domain = domains[partitionOfRegion(region) ?? ""];
    return domain === undefined ? [] : [`sts.${region}.${domain}:443`];
  });
  assert.deepEqual([...ci.net].sort(), ["*.actions.githubusercontent.com:443", ...sts].sort());
  assert.ok(!cli.net.includes("*"));
});

/** Variables that are read only when something else is set. */
const CIRCUMSTANTIAL = [
  "ATMOS_GIT_ROOT_BASEPATH",
  "ATMOS_TRUST_CONFIG",
  "ATMOS_XDG_DATA_HOME",
  "TMPDIR",
  "XDG_DATA_HOME",
  "XDG_RUNTIME_DIR",
];
/** Variables that the commands read on the other systems. */
const elsewhere = async (set: "ci" | "cli") => scopesIn(await reportsOf(set, ["darwin", "windows"]), "env");

function assertGrants(set: "ci" | "cli", read: ReadonlySet<string>, others: ReadonlySet<string>): void {
  const granted: readonly string[] = manifest.permissions[set].env;
  const known = new Set([...read, ...others, ...CIRCUMSTANTIAL, "TEMP"]);
  assert.deepEqual([...read].filter((name) => !granted.includes(name)), [], `missing in ${set}`);
  assert.deepEqual(granted.filter((name) => !known.has(name)), [], `read by no command of ${set}`);
}

test("the sets grant the variables that their commands look at, and no others", async () => {
  await using world = await startWorld();
  const oidc = githubConfig().replace(
    "  providers:\n",
    "  providers:\n    gitlab: { kind: oidc/token, region: us-east-1, spec: { token_env: ATMOS_ID_TOKEN } }\n",
  ) +
    '    gitlab: { kind: aws/assume-role, via: { provider: gitlab }, principal: { assume_role: "arn:aws:iam::123456789012:role/R" } }\n';
  const person = oidc.replace(
    "  providers:\n",
    `  providers:
    sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://x.awsapps.com/start" }
    saml: { kind: aws/saml, region: us-east-1, url: "https://x.okta.com/app/amazon_aws/abc/sso/saml" }
`,
  ) + `    user: { kind: aws/user, credentials: { region: us-east-1 } }
    set: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { id: "123456789012" } } }
    saml: { kind: aws/assume-role, via: { provider: saml }, principal: { assume_role: "arn:aws:iam::123456789012:role/R" } }
`;
  const lookedAt = async (config: string, commands: readonly string[], keyrings: readonly string[]) => {
    const names = new Set<string>();
    await world.write("work/atmos.yaml", config.replace("default: true", "default: false"));
    await world.write("bin/chromium", "");
    for (const type of keyrings) {
      const unset = Object.fromEntries(Object.keys(world.aws.environment).map((name) => [name, undefined]));
      const env = {
        ...githubJob(world),
        ...unset,
        ATMOS_KEYRING_TYPE: type,
        ATMOS_TRUST_CONFIG: "true",
        PATH: `${world.home}/bin:${Deno.env.get("PATH") ?? ""}`,
      };
      for (const command of commands) {
        const { needed, optional } = await permissionsOf(
          world,
          command.replace(" ", "-"),
          { directory: `${world.home}/work`, env },
        );
        for (const name of [...needed["env"] ?? [], ...optional["env"] ?? []]) names.add(name);
      }
    }
    return names;
  };
  const job = ["validate", "list", "whoami", "env", "login", "exec"];
  const ofJob = await lookedAt(oidc, job, ["memory"]);
  assertGrants("ci", ofJob, await elsewhere("ci"));
  const all = [...NEEDS.keys()];
  const ofPerson = await lookedAt(person, all, ["system", "file"]);
  assertGrants("cli", ofPerson, await elsewhere("cli"));
});

testIf(
  await isInstalled("tmux") && !isCompiled(),
  "no tmux",
  "at a terminal a missing grant is a message, too: Deno asks nobody",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    await using terminal = await openTerminal({
      directory: `${world.home}/work`,
      env: world.env,
      columns: 200,
    });
    const [program, ...words] = world.program.filter((word) => word !== "--allow-all");
    const printed = `$(${world.program.join(" ")} auth permissions validate | grep -v allow-env)`;
    const line = [program, ...words.slice(0, -1), printed, ...words.slice(-1), "auth", "validate"].join(" ");
    await terminal.enter(line);
    assert.equal(await terminal.done(), 2);
    const screen = (await terminal.screen()).join("\n");
    assert.match(screen, /Error: Cannot read the variable \w+: Deno's sandbox withholds --allow-env=/);
    assert.doesNotMatch(screen, /requests \w+ access|Allow\?/);
  },
);
