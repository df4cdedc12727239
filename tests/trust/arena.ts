/**
 * Untrusted configurations against the real command line, as its own process in a home full of canaries. An AWS on
 * loopback answers what is meant for AWS; whatever is meant for any other host reaches a recorder, also by way of the
 * proxy variables. Programs that must not be started leave a mark.
 */
import assert from "node:assert/strict";
import { findSecrets } from "../emulator/canary.ts";
import { type Emulator, startEmulator } from "../emulator/mod.ts";
import { assertClear } from "../system/clear.ts";
import { program, type Ran, start } from "../system/program.ts";
import { GIT_FILES, PERSONAL_FILES, SECRET_VARIABLES, SECRETS, USER_VARIABLES } from "./canaries.ts";
import { type Recorder, startRecorder } from "./recorder.ts";
import { differences, plant, survey, type Tree } from "./tree.ts";

/** Variables on top of the arena's; `undefined` takes one away. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where a configuration is tried. */
export interface Setting {
  /** Files of the clone, below `home/clone`. In texts and variables `@ROOT@`, `@EVIL@` and the other marks are filled in. */
  readonly files?: Tree;
  /** Files from the root of the arena: `home/...`, `tmp/...`, `elsewhere/...`. */
  readonly around?: Tree;
  /** `false`: the clone is an unpacked archive, without `.git`. */
  readonly git?: boolean;
  readonly env?: Variables;
  /** The working directory, from the root of the arena; default the clone. */
  readonly directory?: string;
}

export interface RunOptions {
  readonly env?: Variables;
  readonly directory?: string;
  /** Presses Approve for every code that is shown. */
  readonly approve?: boolean;
  /** Whether stdout is meant to hold a session, as that of `env` is. */
  readonly printsSession?: boolean;
  /** Words before the program's own. */
  readonly under?: readonly string[];
}

export interface Arena extends AsyncDisposable {
  readonly root: string;
  readonly aws: Emulator;
  readonly recorder: Recorder;
  readonly fill: (text: string) => string;
  readonly plant: (tree: Tree) => Promise<void>;
  readonly read: (path: string) => Promise<string>;
  /** Runs a command: a name of {@linkcode COMMANDS}, or its words with blanks between. */
  readonly run: (words: string, options?: RunOptions) => Promise<Ran>;
  /** Exit code 2, and the way out is trust. */
  readonly refuses: (words: string, options?: RunOptions) => Promise<Ran>;
  /** Exit code 2, with or without a way out. */
  readonly fails: (words: string, options?: RunOptions) => Promise<Ran>;
  readonly works: (words: string, options?: RunOptions) => Promise<Ran>;
  /** Programs that were started, by name; forgets them. */
  readonly takeMarks: () => Promise<readonly string[]>;
  /** What has changed in files since the arena was opened, or since this was asked. */
  readonly takeChanges: () => Promise<readonly string[]>;
  /** Fails when a canary was printed, sent or written, or somebody else than AWS was spoken to. */
  readonly assertNoLeaks: () => Promise<void>;
}

/** Commands by short names. */
export const COMMANDS: Readonly<Record<string, string>> = {
  whoami: "auth whoami",
  env: "auth env",
  exec: "auth exec -- leave-mark",
  shell: "auth shell --shell /bin/sh -- -c leave-mark",
  login: "auth login --device-code",
  process: "auth credential-process",
  console: "auth console --print-only",
  list: "auth list",
  validate: "auth validate",
  strict: "auth validate --strict",
  verbose: "auth validate --verbose",
  explain: "auth explain",
  logout: "auth logout --all --dry-run",
  complete: "auth completion --fresh words -- atmos auth login -i",
  doctor: "auth doctor",
};

/** A run that is not over by then waits for something that never comes. */
const DEADLINE_MILLIS = 60_000;

/** Programs on the PATH that must not be started. */
const MARKING = ["leave-mark", "xdg-open", "chromium", "google-chrome", "firefox", "pass", "op", "terraform"];

export async function openArena(setting: Setting = {}): Promise<Arena> {
  const aws = await startEmulator();
  aws.state.seed.portal.interval = 1;
  const recorder = startRecorder();
  const root = await Deno.makeTempDir({ prefix: "atmos-arena-" });
  const fill = filler({
    "@ROOT@": root,
    "@EVIL@": recorder.url,
    "@AWS@": aws.url,
    // The same, by another name than the one that the environment gives it.
    "@AWS_LOCALHOST@": aws.url.replace("127.0.0.1", "localhost"),
    "@PORTAL@": aws.startUrl,
    // Making one takes a while.
    "@TOKEN@": JSON.stringify(setting).includes("@TOKEN@") ? await aws.githubToken("sts.amazonaws.com") : "",
  });
  const texts: Record<string, string> = {};
  const variables = variablesOf(root, aws, recorder, setting.env ?? {}, fill);
  await furnish(root, setting, fill);
  const state = { before: await survey(root) };

  const run = async (words: string, options: RunOptions = {}): Promise<Ran> => {
    const argv = fill(COMMANDS[words] ?? words).split(" ");
    const [first = "", ...rest] = [...options.under ?? [], ...program(), ...argv];
    const running = start([first, ...rest], {
      directory: `${root}/${options.directory ?? setting.directory ?? "home/clone"}`,
      env: merged(variables, options.env ?? {}, fill),
      onStderr: () => {
        // A login that nobody meant to approve must end, too.
        const answer = options.approve === true ? aws.approve : aws.deny;
        for (const code of aws.pendingUserCodes()) answer(code);
      },
    });
    const deadline = setTimeout(() => running.kill("SIGKILL"), DEADLINE_MILLIS);
    const ran = await running.ended;
    clearTimeout(deadline);
    assert.notEqual(ran.code, 137, `${words}: it does not end\n${ran.stderr}`);
    texts[`${Object.keys(texts).length} ${words}`] = `${
      options.printsSession === true ? "" : ran.stdout
    }\n${ran.stderr}`;
    return ran;
  };
  const fails = async (words: string, options: RunOptions = {}) => {
    const ran = await run(words, options);
    assert.equal(ran.code, 2, shown(words, ran));
    assert.equal(ran.stderr.match(/^Error: /gm)?.length ?? 0, ran.stdout === "" ? 1 : 0, ran.stderr);
    assertClear(ran);
    return ran;
  };
  const takeChanges = async () => {
    const after = await survey(root);
    const changed = differences(state.before, after).filter((path) => !/^marks(?:\/|$)/.test(path));
    state.before = after;
    return changed;
  };
  return {
    root,
    aws,
    recorder,
    fill,
    plant: async (tree) => {
      await plant(root, tree, fill);
      state.before = await survey(root);
    },
    read: (path) => Deno.readTextFile(`${root}/${path}`),
    run,
    fails,
    refuses: async (words, options) => {
      const ran = await fails(words, options);
      assert.match(ran.stderr, /atmos auth trust/, `${words}: the way out is not named\n${ran.stderr}`);
      return ran;
    },
    works: async (words, options) => {
      const ran = await run(words, options);
      assert.equal(ran.code, 0, shown(words, ran));
      assertClear(ran);
      return ran;
    },
    takeMarks: async () => {
      const names = await Array.fromAsync(Deno.readDir(`${root}/marks`), ({ name }) => name);
      for (const name of names) await Deno.remove(`${root}/marks/${name}`);
      return names.sort();
    },
    takeChanges,
    assertNoLeaks: () => assertNoLeaks(aws, recorder, texts, root),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([aws.close(), recorder.close()]);
      await Deno.remove(root, { recursive: true });
    },
  };
}

const filler = (marks: Readonly<Record<string, string>>) => (text: string): string =>
  Object.entries(marks).reduce((filled, [mark, value]) => filled.replaceAll(mark, value), text);

/** What a run came to, without the length of its data. */
function shown(words: string, { code, stdout, stderr }: Ran): string {
  return `${words}: exit code ${code}\n${stdout.slice(0, 600)}\n${stderr}`;
}

async function furnish(root: string, setting: Setting, fill: (text: string) => string): Promise<void> {
  const mark = `#!/bin/sh\ntouch "@ROOT@/marks/\${0##*/}"\necho 123456\n`;
  const inClone = (tree: Tree) =>
    Object.fromEntries(Object.entries(tree).map(([path, content]) => [`home/clone/${path}`, content]));
  await plant(root, {
    "tmp": { directory: true, mode: 0o1777 },
    "marks": { directory: true, mode: 0o777 },
    "home": { directory: true, mode: 0o700 },
    "home/clone": { directory: true },
    ...Object.fromEntries(MARKING.map((name) => [`bin/${name}`, { text: mark, mode: 0o755 }])),
    ...PERSONAL_FILES,
    ...setting.git === false ? {} : inClone(GIT_FILES),
    ...inClone(setting.files ?? {}),
    ...setting.around ?? {},
  }, fill);
}

function variablesOf(
  root: string,
  aws: Emulator,
  recorder: Recorder,
  own: Variables,
  fill: (text: string) => string,
): Variables {
  const outer = (name: string) => Deno.env.get(name) ?? "";
  return merged(
    {
      HOME: `${root}/home`,
      PATH: `${root}/bin:${outer("PATH")}`,
      TMPDIR: `${root}/tmp`,
      DENO_DIR: outer("DENO_DIR") || `${outer("HOME")}/.cache/deno`,
      NO_COLOR: "1",
      // Deno's own, which would go to the recorder.
      DENO_NO_UPDATE_CHECK: "1",
      ATMOS_KEYRING_TYPE: "file",
      HTTPS_PROXY: recorder.url,
      NO_PROXY: "127.0.0.1",
      ...SECRET_VARIABLES,
      ...USER_VARIABLES,
      ...aws.environment,
    },
    own,
    fill,
  );
}

function merged(base: Variables, edits: Variables, fill: (text: string) => string): Record<string, string> {
  const all = { ...base, ...edits };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, fill(value)]]),
  );
}

/** Files that are meant to hold secrets: those that were planted, and ours. */
const HOLDS_SECRETS =
  /^\/home\/(?:\.ssh|\.aws|\.config\/git|\.netrc|\.docker|\.kube|(?:clone\/)?private|clone\/\.git)(?:\/|$)/;

async function assertNoLeaks(
  aws: Emulator,
  recorder: Recorder,
  texts: Readonly<Record<string, string>>,
  root: string,
): Promise<void> {
  assert.deepEqual(recorder.heard, [], "somebody else than AWS was spoken to");
  const sent = JSON.stringify(aws.requests().map(({ operation, parameters }) => [operation, parameters]));
  const dirs = { dirs: [root], isAllowed: (path: string) => HOLDS_SECRETS.test(path.slice(root.length)) };
  assert.deepEqual(await findSecrets(SECRETS, { texts: { ...texts, "sent to AWS": sent }, ...dirs }), []);
  // Sessions that AWS gave out stand in AWS files of ours, and nowhere else.
  const sessions = aws.secrets().filter(({ value }) => !SECRETS.some((one) => one.value === value));
  if (sessions.length > 0) assert.deepEqual(await findSecrets(sessions, { texts }), []);
}
