/**
 * `terraform`, `tofu`, `helmfile` and `packer`: what their programs are given, by a stand-in that writes it down.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import {
  CODE,
  only,
  type Recorded,
  STACK,
  startTerraformWorld,
  type TerraformWorld,
} from "./terraform_world.ts";
import { isInstalled, testIf } from "./program.ts";
import { chainedConfig, logIn, type RunOptions } from "./world.ts";

const hasSetsid = await isInstalled("setsid");

/** A project whose default identity is logged in. */
async function loggedIn(): Promise<TerraformWorld> {
  const world = await startTerraformWorld();
  await logIn(world);
  return world;
}

/** What was recorded of a run that goes well. */
async function runs(
  world: TerraformWorld,
  args: readonly string[],
  options: RunOptions = {},
): Promise<readonly Recorded[]> {
  const ran = await world.atmos(args, options);
  assert.equal(ran.code, 0, ran.stderr);
  return await world.recorded();
}

const argsOf = (all: readonly Recorded[]) => all.map(({ args }) => args.join(" "));

/** A directory's files, by name. */
async function filesIn(world: TerraformWorld, directory: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${world.home}/${directory}`));
  return entries.map(({ name }) => name).sort();
}

Deno.test("a plan is given the component's directory, its files, its workspace and its words", async () => {
  await using world = await loggedIn();
  const words = ["-target=module.x", "-s", "dev", "-detailed-exitcode", "--", "-var", "a=b c", "-s"];
  const all = await runs(world, ["terraform", "plan", "plain", ...words]);
  const [varfile, planfile] = ["dev-plain.terraform.tfvars.json", "dev-plain.planfile"];
  assert.deepEqual(all.map(({ args }) => args), [
    ["init", "-reconfigure"],
    ["workspace", "select", "-or-create", "dev"],
    [
      ...["plan", "-var-file", varfile, "-out", planfile],
      ...["-target=module.x", "-detailed-exitcode", "-var", "a=b c", "-s"],
    ],
  ]);
  const directory = await Deno.realPath(`${world.home}/${CODE}/plain`);
  for (const one of all) {
    assert.deepEqual([one.program, one.directory], ["terraform", directory]);
    assert.deepEqual(JSON.parse(one.files[varfile] ?? ""), { stage: "dev", region: "us-east-1", size: 3 });
    assert.deepEqual(JSON.parse(one.files["backend.tf.json"] ?? ""), {
      terraform: {
        backend: { s3: { bucket: "my-state", key: "terraform.tfstate", workspace_key_prefix: "plain" } },
      },
    });
  }
  assert.deepEqual(await filesIn(world, `${CODE}/plain`), ["backend.tf.json", planfile, varfile, "main.tf"]);
  assert.equal(((await Deno.stat(`${directory}/${varfile}`)).mode ?? 0) & 0o777, 0o600);
  await world.assertNoLeaks();
});

Deno.test("every step has the session, what the stacks set, and nothing that would win over it", async () => {
  await using world = await loggedIn();
  const inherited = {
    AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "not-a-real-inherited-secret",
    AWS_SESSION_TOKEN: "not-a-real-inherited-token",
    AWS_PROFILE: "inherited",
    AWS_REGION: "eu-west-1",
    INHERITED: "gone",
    BOTH: "inherited",
    EDITOR: "vi",
  };
  const all = await runs(world, ["terraform", "plan", "plain", "-s", "dev"], { env: inherited });
  assert.equal(all.length, 3);
  for (const { environment } of all) {
    const {
      AWS_SHARED_CREDENTIALS_FILE: credentials = "",
      AWS_CONFIG_FILE: config = "",
      PATH: _path,
      // The shell that starts the stand-in sets it.
      PWD: _directory,
      RECORD_FILE: _record,
      ...others
    } = environment;
    const { ATMOS_KEYRING_PASSWORD: _, PATH: _outer, ...unchanged } = world.env;
    assert.deepEqual(others, {
      ...unchanged,
      EDITOR: "vi",
      SHARED: "from-atmos-yaml",
      BOTH: "from-the-component",
      AWS_PROFILE: "prod-admin",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_SDK_LOAD_CONFIG: "1",
      AWS_EC2_METADATA_DISABLED: "true",
      ATMOS_IDENTITY: "prod-admin",
      ATMOS_BASE_PATH: world.home,
      ATMOS_CLI_CONFIG_PATH: world.home,
      TF_IN_AUTOMATION: "true",
    });
    // One session for all steps, and files that were there for all of them.
    assert.equal(credentials, all[0]?.environment["AWS_SHARED_CREDENTIALS_FILE"]);
    assert.ok(config.startsWith(`${world.home}/.local/state/atmos/`), config);
  }
  await world.assertNoLeaks();
});

Deno.test("apply takes the saved plan, and leaves neither variables nor plan behind", async () => {
  await using world = await loggedIn();
  const plan = ["terraform", "plan", "plain", "-s", "dev"];
  const apply = ["terraform", "apply", "plain", "-s", "dev"];
  assertFailed(
    await world.atmos([...apply, "--from-plan"]),
    2,
    /No saved plan to apply: there is no \/.*planfile/,
  );
  assert.deepEqual(await world.recorded(), []);
  await runs(world, plan);
  assert.equal(argsOf(await runs(world, [...apply, "--from-plan"])).at(-1), "apply dev-plain.planfile");
  assert.deepEqual(await filesIn(world, `${CODE}/plain`), ["backend.tf.json", "main.tf"]);
  const [, , deployed] = argsOf(await runs(world, ["terraform", "deploy", "plain", "-s", "dev"]));
  assert.equal(deployed, "apply -var-file dev-plain.terraform.tfvars.json -auto-approve");
});

Deno.test("the exit code is Terraform's, and nothing is run behind a failure", async () => {
  await using world = await loggedIn();
  const plan = ["terraform", "plan", "plain", "-s", "dev", "-detailed-exitcode"];
  for (const [exits, code, count] of [["plan=2", 2, 3], ["plan=1", 1, 3], ["init=7", 7, 1]] as const) {
    const ran = await world.atmos(plan, { env: { RECORD_EXIT: exits } });
    assert.deepEqual([ran.code, ran.stderr], [code, ""]);
    assert.equal((await world.recorded()).length, count);
  }
  const ran = await world.atmos(["terraform", "apply", "plain", "-s", "dev"], {
    env: { RECORD_EXIT: "apply=1" },
  });
  assert.equal(ran.code, 1);
  // What failed can be looked at.
  assert.ok((await filesIn(world, `${CODE}/plain`)).includes("dev-plain.terraform.tfvars.json"));
});

Deno.test("a workspace that older versions cannot select or create is made", async () => {
  await using world = await loggedIn();
  const all = await runs(world, ["terraform", "output", "plain", "-s", "dev", "--skip-init"], {
    env: { RECORD_EXIT: "workspace select=1" },
  });
  assert.deepEqual(argsOf(all), ["workspace select -or-create dev", "workspace new dev", "output"]);
});

Deno.test("stdout is what the command that was typed says, and init tells why it failed", async () => {
  await using world = await loggedIn();
  const output = ["terraform", "output", "plain", "-s", "dev", "-json"];
  const ran = await world.atmos(output);
  assert.deepEqual([ran.code, ran.stdout], [0, "terraform output says this\n"]);
  const failed = await world.atmos(output, { env: { RECORD_EXIT: "init=3" } });
  assert.deepEqual([failed.code, failed.stdout, failed.stderr], [3, "", "terraform init says this\n"]);
  const plan = await world.atmos(["terraform", "plan", "plain", "-s", "dev"]);
  assert.equal(plan.stdout, "terraform init says this\nterraform plan says this\n");
});

Deno.test("which program: the component's, that of atmos.yaml or its variable, the word that was typed", async () => {
  await using world = await loggedIn();
  const program = async (word: string, component: string, options: RunOptions = {}) =>
    (await runs(world, [word, "version", component, "-s", "dev"], options))[0]?.program;
  assert.equal(await program("terraform", "plain"), "terraform");
  assert.equal(await program("tofu", "plain"), "tofu");
  const env = { ATMOS_COMPONENTS_TERRAFORM_COMMAND: "tofu" };
  assert.equal(await program("terraform", "plain", { env }), "tofu");
  await world.write(
    "stacks/dev.yaml",
    (await world.read("stacks/dev.yaml")).replace(
      "    plain:\n",
      "    plain:\n      command: my-terraform\n",
    ),
  );
  assert.equal(await program("terraform", "plain", { env }), "my-terraform");
  await Deno.remove(`${world.home}/bin/tofu`);
  const missing = await world.atmos(["tofu", "plan", "custom", "-s", "dev", "-i", "base-admin"]);
  assertFailed(missing, 127, /Cannot run tofu: no such program on PATH[^]*components\.terraform\.command/);
});

Deno.test("each component has its own identity, and the flag and the variable beat it", async () => {
  await using world = await loggedIn();
  const identity = async (component: string, words: readonly string[] = [], options: RunOptions = {}) => {
    const all = await runs(world, ["terraform", "plan", component, "-s", "dev", ...words], options);
    const names = new Set(all.map(({ environment }) => environment["AWS_PROFILE"]));
    return only([...names]);
  };
  assert.equal(await identity("plain"), "prod-admin");
  assert.equal(await identity("custom"), "custom-role");
  assert.equal(await identity("base"), "base-admin");
  assert.equal(await identity("custom", ["-i", "prod-admin"]), "prod-admin");
  assert.equal(await identity("custom", ["--identity=BASE-ADMIN"]), "base-admin");
  assert.equal(await identity("custom", [], { env: { ATMOS_IDENTITY: "base-admin" } }), "base-admin");
  const unknown = await world.atmos(["terraform", "plan", "plain", "-s", "dev", "-i", "custom-role"]);
  assertFailed(unknown, 2, /Cannot find the identity "custom-role"/);
  await world.assertNoLeaks();
});

Deno.test("authentication off: the environment as it came, whatever the configuration and its files are", async () => {
  await using world = await startTerraformWorld({
    config: () =>
      "auth: { keyring: { type: no-such-keyring }, identities: { broken: { kind: no/such, default: true } } }\n",
  });
  const inherited = { AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE", AWS_PROFILE: "my-own" };
  const words = ["terraform", "plan", "plain", "-s", "dev"];
  const off: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
    ...["--identity=false", "--identity=FALSE", "-i=0", "--identity=No", "--identity=off"].map((flag) =>
      [[flag], {}] as const
    ),
    [["-i", "off"], { ATMOS_IDENTITY: "broken" }],
    ...["false", "0", "no", "OFF"].map((value) => [[], { ATMOS_IDENTITY: value }] as const),
  ];
  for (const [flags, env] of off) {
    const all = await runs(world, [...words, ...flags], { env: { ...inherited, ...env } });
    const environment = all.at(-1)?.environment ?? {};
    assert.deepEqual([environment["AWS_ACCESS_KEY_ID"], environment["AWS_PROFILE"]], [
      "AKIAINHERITEDEXAMPLE",
      "my-own",
    ]);
    // What the stacks set has nothing to do with authentication.
    assert.deepEqual([environment["BOTH"], environment["INHERITED"]], ["from-the-component", undefined]);
    // Our own secrets are no child's.
    assert.equal(environment["ATMOS_KEYRING_PASSWORD"], undefined);
  }
  assert.equal((await world.atmos(words)).code, 2);
});

Deno.test("a project without authentication runs without it, and an identity that is named is missed", async () => {
  await using world = await startTerraformWorld({ config: () => "" });
  const [, , plan] = await runs(world, ["terraform", "plan", "plain", "-s", "dev"], {
    env: { AWS_PROFILE: "my-own" },
  });
  assert.equal(plan?.environment["AWS_PROFILE"], "my-own");
  const named = await world.atmos(["terraform", "plan", "plain", "-s", "dev", "-i", "admin"]);
  assertFailed(named, 2, /the configuration has none/);
});

Deno.test("nobody to ask which identity is exit 2, with the candidates, before anything is written", async () => {
  await using world = await startTerraformWorld({
    config: () =>
      `auth:
  identities:
    one: { kind: aws/user, credentials: { region: us-east-1 } }
    two: { kind: aws/user, credentials: { region: us-east-1 } }
`,
  });
  const ran = await world.atmos(["terraform", "plan", "plain", "-s", "dev"]);
  assertFailed(ran, 2, /nobody can be asked[^]*It can be one, two/);
  assert.deepEqual(await filesIn(world, `${CODE}/plain`), ["main.tf"]);
  assert.deepEqual(await world.recorded(), []);
});

Deno.test("a dry run shows it all, and does nothing", async () => {
  await using world = await startTerraformWorld();
  const ran = await world.atmos(["terraform", "apply", "custom", "-s", "dev", "--dry-run", "-lock=false"]);
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  const shown = [
    "identity +custom-role",
    "write +dev-custom\\.terraform\\.tfvars\\.json",
    "run +terraform init -reconfigure",
    "terraform apply -var-file dev-custom\\.terraform\\.tfvars\\.json -lock=false",
  ];
  for (const line of shown) assert.match(ran.stdout, new RegExp(`^ *${line}$`, "m"));
  assert.deepEqual(await world.recorded(), []);
  assert.deepEqual(await filesIn(world, `${CODE}/custom`), ["main.tf"]);
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("a component that is off, abstract, locked, lost or unknown runs nothing", async () => {
  await using world = await startTerraformWorld();
  const run = (command: string, component: string) =>
    world.atmos(["terraform", command, component, "-s", "dev"]);
  const disabled = await run("apply", "off");
  assert.deepEqual(disabled, {
    code: 0,
    stdout: "",
    stderr: "The component off is disabled in dev: nothing is done\n",
  });
  assertFailed(await run("plan", "abstract"), 2, /it is abstract/);
  assertFailed(await run("apply", "locked"), 2, /it is locked/);
  assertFailed(await run("plan", "lost"), 2, /Cannot find the code of lost/);
  assertFailed(await run("plan", "plian"), 2, /Cannot find the terraform component plian in dev[^]*"plain"/);
  assertFailed(await world.atmos(["terraform", "plan", "plain"]), 2, /No stack to find plain in/);
  assertFailed(await world.atmos(["terraform", "plan", "-s", "dev"]), 2, /No component/);
  assertFailed(await world.atmos(["terraform"]), 2, /No command/);
  assertFailed(await world.atmos(["terraform", "plan", "--all", "-s", "dev"]), 2, /Cannot use --all/);
  assertFailed(await world.atmos(["terraform", "plan", "plain", "--query=x", "-s", "dev"]), 2, /--query/);
  assert.deepEqual(await world.recorded(), []);
});

Deno.test("a lock at the top of a manifest, or of what it imports, is one of every component", async () => {
  await using world = await startTerraformWorld({ stack: `import: [catalog/frozen]${STACK}` });
  await world.write("stacks/catalog/frozen.yaml", "metadata: { locked: true }\n");
  for (const command of ["apply", "destroy", "deploy"]) {
    const ran = await world.atmos(["terraform", command, "plain", "-s", "dev"]);
    assertFailed(ran, 2, /Cannot run .* for plain in dev: it is locked/);
  }
  assert.deepEqual(await world.recorded(), []);
});

Deno.test("each alias of a provider is in the file that Terraform reads it from", async () => {
  await using world = await startTerraformWorld({
    stack: STACK.replace(
      "providers: { aws: { region: us-east-1 } }",
      "providers: { aws: { region: us-west-2 }, aws.use1: { region: us-east-1 } }",
    ),
  });
  await logIn(world);
  const all = await runs(world, ["terraform", "plan", "provided", "-s", "dev"]);
  assert.deepEqual(JSON.parse(all.at(-1)?.files["providers_override.tf.json"] ?? ""), {
    provider: { aws: [{ region: "us-west-2" }, { alias: "use1", region: "us-east-1" }] },
  });
});

Deno.test("a file that somebody wrote is never replaced, nor one behind a link", async () => {
  await using world = await loggedIn();
  const path = `${CODE}/plain/backend.tf.json`;
  const plan = ["terraform", "plan", "plain", "-s", "dev"];
  const own = '{"terraform":{"required_version":">= 1","backend":{"s3":{}}}}';
  await world.write(path, own);
  assertFailed(await world.atmos(plan), 1, /somebody else's file[^]*auto_generate_backend_file/);
  assert.equal(await world.read(path), own);
  assert.equal((await runs(world, [...plan, "--auto-generate-backend-file=false"])).length, 3);
  await Deno.remove(`${world.home}/${path}`);
  await world.write("elsewhere.json", '{"terraform":{"backend":{"gcs":{}}}}');
  await Deno.symlink(`${world.home}/elsewhere.json`, `${world.home}/${path}`);
  for (const line of [plan, [...plan, "--dry-run"]]) {
    assertFailed(await world.atmos(line), 1, /a symbolic link is in its place/);
  }
  assert.equal(await world.read("elsewhere.json"), '{"terraform":{"backend":{"gcs":{}}}}');
  assert.deepEqual(await world.recorded(), []);
});

Deno.test("variables of Terraform's that change what is run are told of", async () => {
  await using world = await loggedIn();
  const env = { TF_CLI_ARGS_plan: "-lock=false", TF_VAR_size: "9", TF_VAR_other: "x", TF_WORKSPACE: "mine" };
  const ran = await world.atmos(["terraform", "plan", "plain", "-s", "dev"], { env });
  assert.equal(ran.code, 0);
  assert.deepEqual(ran.stderr.trimEnd().split("\n").map((line) => /^Warning: (\S+) is set/.exec(line)?.[1]), [
    "TF_CLI_ARGS_plan",
    "TF_WORKSPACE",
    "TF_VAR_size",
  ]);
  assert.deepEqual(argsOf(await world.recorded()).map((line) => line.split(" ")[0]), ["init", "plan"]);
});

Deno.test("`required` identities have their profiles beside, and one that cannot be had is a warning", async () => {
  const required = (role: string) =>
    `      required: true
      via: { identity: base-admin }
      principal: { assume_role: "${role}" }
`;
  await using world = await startTerraformWorld({
    config: (startUrl) =>
      chainedConfig(
        startUrl,
        `    audit:
      kind: aws/assume-role
${required("arn:aws:iam::123456789012:role/MyAppRole")}    forbidden:
      kind: aws/assume-role
${required("arn:aws:iam::123456789012:role/BreakGlass")}`,
      ),
  });
  await logIn(world);
  const ran = await world.atmos(["terraform", "plan", "plain", "-s", "dev"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /^Warning: The identity forbidden is required, and is not there: .*\n$/);
  assert.equal((await world.recorded()).length, 3);
  assert.equal(world.aws.calls("AssumeRole"), 3);
  await world.assertNoLeaks();
});

Deno.test("`terraform shell` opens a shell in the component's directory, with its variables", async () => {
  await using world = await loggedIn();
  await world.script(
    "my-shell",
    'echo "$# $*"; pwd; env | grep -E "^(TF_CLI_ARGS_|ATMOS_|AWS_PROFILE)" | sort; exit 9',
  );
  const ran = await world.atmos(["terraform", "shell", "custom", "-s", "dev", "--", "-c", "true it"], {
    env: { ATMOS_SHELL: "my-shell", ATMOS_SHLVL: "1" },
  });
  assert.equal(ran.code, 9, ran.stderr);
  const directory = `${await Deno.realPath(world.home)}/${CODE}/custom`;
  const flag = "-var-file=dev-custom.terraform.tfvars.json";
  assert.deepEqual(ran.stdout.split("\n").filter((line) => !line.startsWith("terraform ")), [
    "2 -c true it",
    directory,
    "ATMOS_BASE_PATH=" + world.home,
    "ATMOS_CLI_CONFIG_PATH=" + world.home,
    "ATMOS_COMPONENT=custom",
    "ATMOS_IDENTITY=custom-role",
    "ATMOS_SHELL=my-shell",
    "ATMOS_SHELL_WORKING_DIR=" + `${world.home}/${CODE}/custom`,
    "ATMOS_SHLVL=2",
    "ATMOS_STACK=dev",
    "ATMOS_TERRAFORM_WORKSPACE=dev",
    "AWS_PROFILE=custom-role",
    `TF_CLI_ARGS_apply=${flag}`,
    `TF_CLI_ARGS_console=${flag}`,
    `TF_CLI_ARGS_destroy=${flag}`,
    `TF_CLI_ARGS_import=${flag}`,
    `TF_CLI_ARGS_plan=${flag}`,
    `TF_CLI_ARGS_refresh=${flag}`,
    "",
  ]);
});

Deno.test("the files can be had alone, without a login", async () => {
  await using world = await startTerraformWorld();
  const generate = (what: string) => world.atmos(["terraform", "generate", what, "plain", "-s", "dev"]);
  assert.deepEqual(await generate("varfile"), {
    code: 0,
    stdout: "",
    stderr: `Wrote ${world.home}/${CODE}/plain/dev-plain.terraform.tfvars.json\n`,
  });
  assert.equal((await generate("backend")).code, 0);
  assert.deepEqual(await filesIn(world, `${CODE}/plain`), [
    "backend.tf.json",
    "dev-plain.terraform.tfvars.json",
    "main.tf",
  ]);
  assert.equal(world.aws.requests().length, 0);
});

Deno.test("helmfile and packer get the component's session and its variables, in their own form", async () => {
  await using world = await loggedIn();
  const inherited = { AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE" };
  const helmfile = only(
    await runs(
      world,
      ["helmfile", "deploy", "echo", "-s", "dev", "--global-options=--no-color -n apps", "-l", "name=x"],
      { env: inherited },
    ),
  );
  const values = "dev-echo.helmfile.vars.yaml";
  assert.deepEqual(helmfile.args, [
    "--state-values-file",
    values,
    "--no-color",
    "-n",
    "apps",
    "sync",
    "-l",
    "name=x",
  ]);
  assert.deepEqual(JSON.parse(helmfile.files[values] ?? ""), { stage: "dev", region: "us-east-1" });
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, STACK, STAGE, REGION } = helmfile.environment;
  assert.deepEqual([AWS_ACCESS_KEY_ID, AWS_PROFILE, STACK, STAGE, REGION], [
    undefined,
    "custom-role",
    "dev",
    "dev",
    "us-east-1",
  ]);
  assert.deepEqual(await filesIn(world, "components/helmfile/echo"), ["helmfile.yaml"]);

  const packer = only(
    await runs(world, ["packer", "build", "image", "-s", "dev", "-force"], { env: inherited }),
  );
  const vars = "dev-image.packer.vars.json";
  assert.deepEqual(packer.args, ["build", "-var-file", vars, "-force", "main.pkr.hcl"]);
  assert.deepEqual(JSON.parse(packer.files[vars] ?? ""), { stage: "dev", region: "us-east-1" });
  assert.deepEqual([packer.environment["AWS_ACCESS_KEY_ID"], packer.environment["AWS_PROFILE"]], [
    undefined,
    "prod-admin",
  ]);
  const validate = only(
    await runs(world, ["packer", "validate", "image", "-s", "dev", "-t", "other.pkr.hcl"]),
  );
  assert.deepEqual(validate.args, ["validate", "-var-file", vars, "other.pkr.hcl"]);
  await world.assertNoLeaks();
});

Deno.test("the project may be elsewhere: `--chdir` leads there", async () => {
  await using world = await loggedIn();
  const all = await runs(world, ["-C", "..", "terraform", "validate", "plain", "-s", "dev"], {
    directory: `${world.home}/tmp`,
  });
  assert.deepEqual(argsOf(all).at(-1), "validate");
});

testIf(
  hasSetsid,
  "setsid is not installed",
  "Ctrl-C is Terraform's: it ends as it wants to, and its exit code is ours",
  async () => {
    await using world = await loggedIn();
    const wait = "trap 'echo caught; exit 33' INT; echo ready; while :; do sleep 0.1; done";
    await world.script("terraform", `case $1 in apply) ${wait};; esac`);
    const ready = Promise.withResolvers<void>();
    const running = world.start(["terraform", "apply", "plain", "-s", "dev"], {
      env: { PATH: `${world.home}/bin:${world.env["PATH"]}` },
      under: ["setsid"],
      onStdout: (soFar) => soFar.includes("ready") && ready.resolve(),
    });
    await Promise.race([ready.promise, running.ended]);
    await new Deno.Command("kill", { args: ["-INT", "--", `-${running.pid}`] }).output();
    assert.deepEqual(await running.ended, { code: 33, stdout: "ready\ncaught\n", stderr: "" });
  },
);
