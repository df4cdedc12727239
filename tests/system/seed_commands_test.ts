/** The manual's list of commands, what it shows of their output, and whom they are for when nobody is named. */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { baseText, below, block, blockText, commandLines } from "../seed/blocks.ts";
import { assertFailed } from "./clear.ts";
import { testIf } from "./program.ts";
import { adminOf, hasTmux, NO_TMUX, type Project, startProject, terraformRuns } from "./seed_project.ts";
import { type Ran, startWorld, type World } from "./world.ts";

const DEV = adminOf("123456789012");
const PROD = adminOf("999999999999");

/** What each command of the list prints, by its line. */
const SHOWN: Readonly<Record<number, (ran: Ran) => void>> = {
  299: ({ stdout }) => assert.equal(stdout, "✓ Authentication configuration is valid\n"),
  300: ({ stdout }) =>
    assert.match(stdout, /prod-admin \(aws\/permission-set\) usable\n +my-sso → prod-admin/),
  302: ({ stderr }) => assert.match(stderr, /✓ Authentication successful![^]*Identity +dev-admin\n/),
  303: ({ stderr }) => assert.match(stderr, /✓ Authentication successful![^]*Identity +prod-admin\n/),
  305: ({ stdout }) => assert.match(stdout, /Identity +dev-admin\n[^]*Expires +\d{4}-/),
  306: ({ stdout }) => assert.match(stdout, /Identity +dev-admin\n/),
  308: ({ stdout }) => assert.match(stdout, /^export AWS_ACCESS_KEY_ID="ASIA/),
  309: ({ stdout }) => assert.match(stdout, /^export AWS_ACCESS_KEY_ID="ASIA/),
  310: ({ stdout }) => assert.match(JSON.parse(stdout)["AWS_ACCESS_KEY_ID"], /^ASIA/),
  311: ({ stdout }) => assert.match(stdout, /^AWS_ACCESS_KEY_ID=ASIA/),
  313: ({ stdout }) => assert.equal(JSON.parse(stdout).Arn, PROD),
  314: ({ stdout }) => assert.equal(terraformRuns(stdout)[0]?.principal, DEV),
  316: ({ stderr }) => assert.match(stderr, /✓ Keys stored in the keyring/),
};

Deno.test("CLI Commands, Authentication Commands: every one of the thirteen does what its comment says", async () => {
  await using project = await startProject(baseText("project"), blockText(229));
  const lines = commandLines(298);
  assert.deepEqual(lines.map(({ line }) => String(line)), Object.keys(SHOWN));
  const { accessKeyId: access_key_id, secretAccessKey: secret_access_key } = PLAIN_USER;
  for (const { line, command } of lines) {
    const asks = command.endsWith("configure");
    const ran = await project.sh(
      command,
      asks
        ? { stdin: JSON.stringify({ access_key_id, secret_access_key }), env: { ATMOS_FORCE_TTY: undefined } }
        : {},
    );
    assert.equal(ran.code, 0, `${command}: ${ran.stderr}`);
    SHOWN[line]?.(ran);
  }
  await project.world.assertNoLeaks();
});

/** Whether a text is what the manual shows, where dots stand for what cannot be known; more may follow. */
function assertShown(printed: string, shown: readonly string[]): void {
  const lines = printed.trimEnd().split("\n");
  assert.ok(lines.length >= shown.length, printed);
  for (const [at, line] of shown.entries()) {
    const pattern = line.split(/AKIA\.\.\.|\.\.\./).map((text) => RegExp.escape(text)).join("[\\w+/=]+");
    assert.match(lines[at] ?? "", new RegExp(`^${pattern}$`));
  }
}

Deno.test("Environment Variable Formats: bash, JSON and dotenv, as they are shown", async (t) => {
  await using project = await startProject(baseText("project"));
  assert.equal((await project.sh("atmos auth login")).code, 0);
  const print = async (line: number): Promise<Ran> => {
    const [command = "", note, ...shown] = block(line).lines;
    assert.equal(note, "# Output:");
    const ran = await project.sh(command);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    // What follows the three variables is a comma in JSON, and further variables.
    if (line !== 339) assertShown(ran.stdout, shown);
    else {
      assertShown(ran.stdout.replace(/^( +"AWS_SESSION_TOKEN": "[^"]*"),\n[^}]*/m, "$1\n"), shown);
    }
    return ran;
  };
  await t.step("Environment Variable Formats, Bash Format: what a shell reads is the session", async () => {
    await print(333);
    const ran = await project.sh('eval "$(atmos auth env --format bash)"; aws sts get-caller-identity');
    assert.equal(JSON.parse(ran.stdout).Arn, DEV);
  });
  await t.step("Environment Variable Formats, JSON Format: keys in the order that is shown", async () => {
    const { stdout } = await print(339);
    assert.deepEqual(
      Object.keys(JSON.parse(stdout)).slice(0, 3),
      ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    );
  });
  await t.step("Environment Variable Formats, Dotenv Format: no quotes where none are needed", async () => {
    await print(347);
  });
});

Deno.test("Default Identity Handling, Single Default: the only identity and its mark are enough", async () => {
  const rest = `auth:
  identities:
    admin:
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: production } }
`;
  await using project = await startProject(baseText("my_sso"), rest, below("auth", blockText(360)));
  const ran = await project.sh("atmos auth login");
  assert.match(ran.stderr, /✓ Authentication successful![^]*Identity +admin\n/);
});

Deno.test("Default Identity Handling: one of several is the default, and another must be named", async () => {
  await using project = await startProject(baseText("project"));
  assert.match((await project.sh("atmos auth login")).stderr, /Identity +dev-admin\n/);
  assert.match((await project.sh("atmos auth login --identity prod-admin")).stderr, /Identity +prod-admin\n/);
  assert.match((await project.sh("atmos auth whoami")).stdout, /Identity +dev-admin\n/);
});

/** Marks every identity of the base, or none. */
function marking(mark: boolean): string {
  const all = baseText("project").replace(/^ +default: true\n/m, "");
  return mark ? all.replaceAll(/^( +)kind: aws\/permission-set$/gm, "$&\n$1default: true") : all;
}

/** At a terminal the command's screen is the one that is drawn; what is pointed at can be chosen. */
async function assertAsks(project: Project, line: number): Promise<void> {
  await using terminal = await project.terminal();
  const [command] = commandLines(line);
  await terminal.enter(`clear; ${command?.command}`);
  await terminal.shows("staging-admin");
  assert.deepEqual(await terminal.screen(), block(line).lines.slice(1));
  await terminal.press("Down", "Enter");
  assert.equal(await terminal.done(), 3);
  assert.ok((await terminal.screen()).some((text) => /Identity +prod-admin/.test(text)));
}

testIf(
  hasTmux,
  NO_TMUX,
  "Default Identity Handling, Multiple Defaults: somebody at a terminal is asked, as it is drawn",
  async () => {
    await using project = await startProject(marking(true));
    await assertAsks(project, 367);
  },
);

testIf(
  hasTmux,
  NO_TMUX,
  "Default Identity Handling, No Defaults: somebody at a terminal is shown all, as it is drawn",
  async () => {
    await using project = await startProject(marking(false));
    await assertAsks(project, 374);
  },
);

Deno.test("Default Identity Handling: where nobody can be asked, several defaults or none need a name", async () => {
  await using world: World = await startWorld();
  for (const mark of [true, false]) {
    await world.write("atmos.yaml", marking(mark));
    assertFailed(await world.run(["auth", "whoami"]), 2, /dev-admin, prod-admin, staging-admin/);
  }
});
