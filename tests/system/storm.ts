/**
 * Many processes that need the same thing at the same moment, counted by what AWS saw of them.
 */
import type { RequestRecord } from "../emulator/mod.ts";
import { assertClear } from "./clear.ts";
import { helper, type Ran, start } from "./program.ts";
import { endPortalSession, endSessionIn } from "./sessions.ts";
import { logIn, type World } from "./world.ts";

/** What every process of a storm should end with. */
export interface Expected {
  readonly code: number;
  /** A whole session as JSON, or nothing. */
  readonly stdout: "session" | "nothing";
  /** What stderr should say. */
  readonly says?: RegExp;
}

/** What a storm did. Everything but the wall time is a count. */
export interface StormReport {
  readonly processes: number;
  readonly logins: number;
  readonly refreshes: number;
  readonly failedRefreshes: number;
  readonly getRoleCredentials: number;
  readonly assumeRole: number;
  /** Processes that ended otherwise than they should have: another code, no whole session, unclear words. */
  readonly badOutputs: number;
  /** Different sessions that were handed out. */
  readonly sessions: number;
  /** Sections of AWS files that are not whole, and temporary files that were left. */
  readonly tornFiles: number;
  readonly seconds: number;
  /** What the first bad process said. */
  readonly example: string | undefined;
}

/**
 * Starts `atmos` once for each list of words, all at once, and waits for all of them. A login is approved when all
 * but the one that shows its page wait for it.
 */
export async function storm(
  world: World,
  commands: readonly (readonly string[])[],
  expected: Expected,
): Promise<StormReport> {
  const before = world.aws.requests().length;
  const started = performance.now();
  const atRest = new Set<number>();
  const runs = await Promise.all(commands.map((words, index) =>
    world.run(words, {
      printsSecrets: true,
      onStderr: (soFar) => {
        if (!/^Waiting for /m.test(soFar)) return;
        atRest.add(index);
        if (atRest.size < commands.length) return;
        for (const code of world.aws.pendingUserCodes()) world.aws.approve(code);
      },
    })
  ));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const bad = runs.filter((run) => !isAsExpected(run, expected));
  const keys = runs.map(({ stdout }) => accessKeyOf(stdout)).filter((key) => key !== undefined);
  return {
    processes: commands.length,
    ...countRequests(world.aws.requests().slice(before)),
    badOutputs: bad.length,
    sessions: new Set(keys).size,
    tornFiles: await tornFiles(world),
    seconds,
    example: bad[0] && `exit ${bad[0].code}: ${bad[0].stderr}`,
  };
}

function countRequests(requests: readonly RequestRecord[]) {
  const count = (operation: string) => requests.filter((request) => request.operation === operation).length;
  const refreshes = requests.filter(({ operation, parameters }) =>
    operation === "CreateToken" && JSON.stringify(parameters).includes("refresh_token")
  );
  return {
    logins: count("StartDeviceAuthorization"),
    refreshes: refreshes.filter(({ status }) => status === 200).length,
    failedRefreshes: refreshes.filter(({ status }) => status !== 200).length,
    getRoleCredentials: count("GetRoleCredentials"),
    assumeRole: count("AssumeRole"),
  };
}

function isAsExpected(run: Ran, expected: Expected): boolean {
  const isWhole = expected.stdout === "nothing" ? run.stdout === "" : accessKeyOf(run.stdout) !== undefined;
  return run.code === expected.code && isWhole && (expected.says?.test(run.stderr) ?? true) && isClear(run);
}

function isClear(run: Ran): boolean {
  try {
    assertClear(run);
    return true;
  } catch {
    return false;
  }
}

const VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
];

/** The access key of a whole `env --format json` output. */
function accessKeyOf(stdout: string): string | undefined {
  const parsed = parse(stdout);
  const isWhole = VARIABLES.every((name) => typeof parsed[name] === "string" && parsed[name] !== "");
  return isWhole ? String(parsed["AWS_ACCESS_KEY_ID"]) : undefined;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function tornFiles(world: World): Promise<number> {
  let torn = 0;
  for await (const path of filesBelow(world.home)) {
    if (path.endsWith(".tmp")) torn++;
    if (path.endsWith("/credentials")) torn += tornSections(await Deno.readTextFile(path));
  }
  return torn;
}

function tornSections(text: string): number {
  const keys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
  const isWhole = (section: string) => keys.every((key) => new RegExp(`^${key} = \\S+$`, "m").test(section));
  const sections = text.split(/^\[/m).slice(1);
  const names = sections.map((section) => section.slice(0, section.indexOf("]")));
  return sections.filter((section) => !isWhole(section)).length + names.length - new Set(names).size;
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
  }
}

/** Logs in, and lets all that came of it end but the refresh token. */
export async function loginThatEnds(world: World): Promise<void> {
  await logIn(world, ["--identity", "base-admin"]);
  await endSessionIn(world, "base-admin", -10);
  await endPortalSession(world);
}

/** What many writers of one keyring did. */
export interface WritersReport {
  readonly processes: number;
  readonly failed: number;
  /** Entries that are not in the keyring afterwards, or not as they were written. */
  readonly lost: number;
  readonly seconds: number;
  readonly example: string | undefined;
}

/** As many processes, each storing another entry in one keyring; the first of them makes it. */
export async function writersStorm(world: World, processes: number): Promise<WritersReport> {
  const [program, ...words] = helper("keyring_entry.ts");
  const run = (...more: readonly string[]) =>
    start([program, ...words, ...more], { directory: world.home, env: world.env }).ended;
  const entries = Array.from(
    { length: processes },
    (_, index) => [`user-${index}`, `text of ${index}`] as const,
  );
  const started = performance.now();
  const runs = await Promise.all(entries.map(([name, text]) => run("set", name, text)));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const kept = parse((await run("list")).stdout);
  const failed = runs.filter(({ code }) => code !== 0);
  return {
    processes,
    failed: failed.length,
    lost: entries.filter(([name, text]) => kept[name] !== text).length,
    seconds,
    example: failed[0]?.stderr,
  };
}
