/**
 * What the shells themselves make of our completion: Tab is pressed in a real terminal, or the shell is asked.
 */
import assert from "node:assert/strict";
import { isInstalled, testIf } from "./program.ts";
import { openTerminal, type Terminal } from "./tmux.ts";
import { startWorld, type World } from "./world.ts";

const CONFIG = `auth:
  keyring: { type: memory }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://mycompany.awsapps.com/start" }
  identities:
    base-admin: &set
      kind: aws/permission-set
      tags: [prod]
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: core-identity } }
    "with blank": *set
    "dev:colon": *set
    prod-admin: { <<: *set, default: true }
`;

/** A home with a configuration, and \`atmos\` as a program on the PATH. */
async function newWorld(): Promise<World & { readonly env: Readonly<Record<string, string>> }> {
  const world = await startWorld();
  await world.write("atmos.yaml", CONFIG);
  await world.write(
    "bin/atmos",
    `#!/bin/sh\nexec ${world.program.map((word) => `'${word}'`).join(" ")} "$@"\n`,
  );
  await Deno.chmod(`${world.home}/bin/atmos`, 0o755);
  return { ...world, env: { ...world.env, PATH: `${world.home}/bin:${world.env["PATH"]}`, TERM: "xterm" } };
}

const hasTmux = await isInstalled("tmux");
const hasFish = await isInstalled("fish");
const hasBash = await isInstalled("bash");

async function output(world: World, program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: world.home,
    clearEnv: true,
    env: { ...world.env },
  }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

/** What bash would insert for a line, by its own function. */
async function bash(world: World, ...words: readonly string[]): Promise<readonly string[]> {
  const array = words.map((word) => `'${word}'`).join(" ");
  const script = `source <(atmos auth completion bash); COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}
"$(complete -p atmos | sed 's/.*-F \\([^ ]*\\).*/\\1/')"; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await output(world, "bash", ["--norc", "-c", script])).trimEnd().split("\n");
}

testIf(hasBash, "bash is not installed", "bash completes commands, flags, names and lists", async () => {
  await using world = await newWorld();
  assert.deepEqual(await bash(world, "atmos", "au"), ["auth"]);
  assert.ok((await bash(world, "atmos", "auth", "l")).includes("login"));
  assert.deepEqual(await bash(world, "atmos", "auth", "list", "a"), ["accounts"]);
  assert.deepEqual(await bash(world, "atmos", "auth", "login", "--identity", "prod"), ["prod-admin"]);
  assert.deepEqual(await bash(world, "atmos", "auth", "login", "--identity", "=", "base"), ["base-admin"]);
  assert.deepEqual(await bash(world, "atmos", "-C", ".", "auth", "-i", "w"), ["with\\ blank"]);
  assert.deepEqual(await bash(world, "atmos", "auth", "login", "--provider", ""), ["my-sso"]);
  assert.deepEqual(await bash(world, "atmos", "auth", "list", "--format", "g"), ["graphviz"]);
  assert.deepEqual(await bash(world, "atmos", "auth", "exec", "--", "terraform", "--identity", ""), [""]);
  assert.deepEqual(await bash(world, "atmos", "auth", "completion", "z"), ["zsh"]);
});

testIf(hasBash, "bash is not installed", "bash completes stacks and components", async () => {
  await using world = await newWorld();
  await world.write(
    "stacks/orgs/dev.yaml",
    "name: acme-dev\ncomponents: { terraform: { app: {}, net/vpc: {} } }\n",
  );
  await world.write("stacks/orgs/prod.yaml", "name: acme-prod\ncomponents: { helmfile: { echo: {} } }\n");
  assert.deepEqual(await bash(world, "atmos", "terraform", "pl"), ["plan"]);
  assert.deepEqual(await bash(world, "atmos", "terraform", "plan", "n"), ["net/vpc"]);
  assert.deepEqual(await bash(world, "atmos", "terraform", "plan", "app", "-s", "acme-p"), ["acme-prod"]);
  assert.deepEqual(await bash(world, "atmos", "describe", "component", "-s", "acme-prod", ""), ["echo"]);
  assert.deepEqual(await bash(world, "atmos", "list", "components", "--stack", "=", "acme-d"), ["acme-dev"]);
  assert.deepEqual(
    await bash(world, "atmos", "describe", "component", "--stack", "=", "acme-dev", "a"),
    ["app"],
  );
  assert.deepEqual(await bash(world, "atmos", "helmfile", "diff", "e"), ["echo"]);
});

testIf(hasFish, "fish is not installed", "fish completes the same, with what each word is", async () => {
  await using world = await newWorld();
  const fish = async (line: string) => {
    const script = `atmos auth completion fish | source; complete -C '${line}'`;
    return (await output(world, "fish", ["--no-config", "-c", script])).trimEnd().split("\n");
  };
  assert.deepEqual(await fish("atmos auth login -i prod"), ["prod-admin\taws/permission-set, default"]);
  assert.deepEqual(await fish("atmos auth login --identity=base"), [
    "--identity=base-admin\taws/permission-set",
  ]);
  assert.deepEqual(await fish("atmos auth list --tags "), ["prod"]);
  assert.ok((await fish("atmos auth ")).some((line) => line.startsWith("whoami\t")));
});

/** Types a line, presses Tab, and waits for what the shell makes of it. */
async function tabbed(terminal: Terminal, line: string, becomes: RegExp | string): Promise<void> {
  await terminal.type(line);
  await terminal.press("Tab");
  await terminal.shows(becomes);
  await terminal.press("C-u");
}

for (const shell of ["bash", "zsh"]) {
  const missing = !hasTmux ? "tmux" : !await isInstalled(shell) ? shell : undefined;
  testIf(
    missing === undefined,
    `${missing} is not installed`,
    `Tab in a real ${shell} inserts the only word, quotes a blank, and falls back to files`,
    async () => {
      await using world = await newWorld();
      await using terminal = await openTerminal({ directory: world.home, env: world.env, columns: 120 });
      await terminal.enter(shell === "zsh" ? "zsh -f" : "bash --norc");
      await terminal.type(`PS1='now> '; source <(atmos auth completion ${shell})`);
      await terminal.press("Enter");
      await terminal.shows(/^now>$/m);
      await tabbed(terminal, "atmos auth who", /^now> atmos auth whoami *$/m);
      await tabbed(terminal, "atmos auth login -i prod", /^now> atmos auth login -i prod-admin *$/m);
      await tabbed(terminal, "atmos auth login -i with", "now> atmos auth login -i with\\ blank");
      await tabbed(
        terminal,
        "atmos auth login --identity=base",
        "now> atmos auth login --identity=base-admin",
      );
      await tabbed(
        terminal,
        "atmos auth validate --config atm",
        "now> atmos auth validate --config atmos.yaml",
      );
    },
  );
}

Deno.test("`completion powershell` registers for both names and hands over the words", async () => {
  await using world = await newWorld();
  const { code, stdout } = await world.run(["auth", "completion", "powershell"]);
  assert.equal(code, 0);
  assert.match(stdout, /Register-ArgumentCompleter -Native -CommandName atmos, atmos-auth -ScriptBlock \{/);
  const asked = ["auth", "completion", "words", "--fresh", "--", "atmos", "auth", "login", "--provider"];
  assert.equal((await world.run(asked)).stdout, "my-sso\taws/iam-identity-center\n");
});

Deno.test("`completion words` is silent where the configuration cannot be read, and knows `atmos-auth`", async () => {
  await using world = await newWorld();
  const words = (...line: readonly string[]) => world.run(["auth", "completion", "words", "--", ...line]);
  await world.write("atmos.yaml", "auth: [nonsense");
  const broken = await words("atmos", "auth", "login", "--provider", "");
  assert.deepEqual(broken, { code: 0, stdout: "", stderr: "" });
  assert.match((await words("/usr/bin/atmos-auth", "log")).stdout, /^login\t.*\nlogout\t.*\n$/);
  assert.equal((await words("atmos", "auth", "nonsense", "")).stdout, "");
});
