/**
 * What `atmos auth permissions` prints is enough, and no part of it is too much: without any one grant a command ends
 * with a message that names it.
 */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { githubConfig, githubJob } from "./ci_runner.ts";
import { isCompiled } from "./program.ts";
import { flagsOf, type Grant, grantsIn, permissionsOf, withoutEach } from "./sandbox.ts";
import { chainedConfig, KEYRING_PASSWORD, type RunOptions, startWorld, type World } from "./world.ts";

/** What tells why a job got no token; here it gets one. */
const WHEN_REFUSED = ["GITEA_ACTIONS", "GITHUB_ACTIONS", "GITHUB_ACTOR", "GITHUB_EVENT_NAME"];
/** What `--files` and `--format github` look at. */
const OTHER_FORMATS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GITHUB_ENV",
];
const variables = (names: readonly string[]): readonly string[] =>
  names.toSorted().map((name) => `env=${name}`);

interface Case {
  readonly command: string;
  /** Words behind `atmos auth`, when they are more than the command's. */
  readonly words?: readonly string[];
  readonly config: (world: World) => string;
  readonly options: (world: World) => RunOptions;
  /** Words for `permissions`. */
  readonly asked?: readonly string[];
  /** What is proved for `env` is not proved again, but for one grant of each class. */
  readonly likeEnv?: true;
  /** What is not tried, since it cannot be noticed here. */
  readonly untried?: (grant: Grant) => boolean;
  /** What changes nothing here. */
  readonly elsewhere: readonly string[];
}

const inJob = (world: World): RunOptions => ({
  directory: `${world.home}/work`,
  env: githubJob(world),
  printsSecrets: true,
});
const atHome = (world: World): RunOptions => ({ directory: `${world.home}/work`, approve: true });
const plain = (): string => githubConfig();
const chained = ({ aws }: World): string => chainedConfig(aws.startUrl);
const user = (): string =>
  `auth:
  keyring: { type: file }
  identities:
    deploy-bot: { kind: aws/user, credentials: { region: us-east-1 } }
`;

const CASES: readonly Case[] = [
  { command: "validate", config: plain, options: inJob, elsewhere: [] },
  { command: "list", likeEnv: true, config: plain, options: inJob, elsewhere: [] },
  {
    command: "env",
    config: plain,
    options: inJob,
    elsewhere: variables([...OTHER_FORMATS, ...WHEN_REFUSED]),
  },
  { command: "whoami", likeEnv: true, config: plain, options: inJob, elsewhere: [] },
  {
    command: "exec",
    likeEnv: true,
    words: ["exec", "--", "env"],
    asked: ["--", "env"],
    config: plain,
    options: inJob,
    elsewhere: [],
  },
  {
    command: "login",
    words: ["login", "--device-code"],
    config: chained,
    options: atHome,
    // Whether a browser would be seen is not asked with --device-code, but for SSH.
    untried: ([kind, scope]) => kind === "env" && !/^(?:AT|AWS|HOME|SSH|XDG)/.test(scope),
    elsewhere: [],
  },
  {
    command: "user configure",
    words: ["user", "configure"],
    config: user,
    options: (world) => ({
      ...atHome(world),
      stdin: JSON.stringify({
        access_key_id: PLAIN_USER.accessKeyId,
        secret_access_key: PLAIN_USER.secretAccessKey,
      }),
    }),
    // AWS is asked only with --verify, and there is no session to remove.
    elsewhere: ["write=~/.config/atmos/aws/aws-user", "net=AWS", "env=ATMOS_MFA_TOKEN"],
  },
];

/** A world with nothing in it but the configuration. */
async function emptied(world: World): Promise<void> {
  for (const name of [".config", ".local"]) {
    await Deno.remove(`${world.home}/${name}`, { recursive: true }).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

const holds = (grants: readonly Grant[], [kind, scope]: Grant): boolean =>
  grants.some((grant) => grant[0] === kind && grant[1] === scope);

for (const each of CASES) {
  const { command, words = [command], asked = [], elsewhere } = each;
  Deno.test({
    name:
      `\`${command}\` runs with what \`permissions\` prints, and without any one of it says which is missing`,
    ignore: isCompiled(),
    fn: async () => {
      await using world = await startWorld();
      world.guard("keyring password", KEYRING_PASSWORD);
      await world.write("work/atmos.yaml", each.config(world));
      const given = each.options(world);
      const run = async (grants: readonly string[]) => {
        await emptied(world);
        return await world.run(["auth", ...words], { ...given, grants });
      };
      const printed = await permissionsOf(world, command.replace(" ", "-"), given, asked);
      const needed: readonly Grant[] = grantsIn(printed.needed);
      const enough = await run(flagsOf(needed));
      assert.equal(enough.code, 0, enough.stderr);
      const proved = each.likeEnv ? grantsIn((await permissionsOf(world, "env", given)).needed) : [];
      const tried = needed.filter((grant, at) =>
        !each.untried?.(grant) &&
        (needed.findIndex(([kind]) => kind === grant[0]) === at || !holds(proved, grant))
      );
      const unnoticed = await withoutEach(command, needed, tried, run);
      const host = new URL(world.aws.url).host;
      assert.deepEqual(unnoticed.map((one) => one.replace(world.home, "~").replace(host, "AWS")), elsewhere);
    },
  });
}
