/**
 * The program: from words to a command, from a command or an error to an exit code. The one `catch` that ends in
 * words for a person is here.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { isAtmosAuth, joinGiven, readFlags, splitAround, splitWords, type Words } from "../cli/line/args.ts";
import { assertOperands, type CommandTree, type Group, type Line, type Listed } from "../cli/line/command.ts";
import type { Ending } from "../cli/run/failure.ts";
import { applyGlobals, GLOBAL_FLAGS } from "../cli/line/globals.ts";
import { askedLevel } from "../cli/run/logging.ts";
import { neverNeeded } from "../cli/line/needs.ts";
import { recorded } from "../cli/recall/remember.ts";
import type { Started } from "../cli/recall/start.ts";
import { ROOT } from "./table.ts";
import { OWN_SECRETS } from "../output/environment.ts";
import { withholding } from "../session/withholding.ts";

/**
 * Runs the program.
 *
 * @param argv the words behind the program's name: `auth env --format json`; a program that is called `atmos-auth`
 *   goes without `auth`
 * @param started what was found out before; by default nothing is recalled or kept
 * @returns the exit code
 */
export async function main(host: Host, argv: readonly string[], started?: Started): Promise<number> {
  return (await run(host, argv, started)).exitCode;
}

/** As {@linkcode main}, and names the error that ended it. */
export async function run(
  world: Host,
  argv: readonly string[],
  { build, child, failure }: Started = { build: undefined },
): Promise<Ending> {
  const report = { host: world, trace: false, isBrief: isForSdk(argv), line: "", command: "" };
  try {
    if (failure !== undefined) throw failure;
    const { host, keeper } = recorded(withholding(world, () => OWN_SECRETS), argv, build);
    const line = await readLine(host, argv);
    if (line.type === "text") {
      host.write(line.text);
      return { exitCode: 0 };
    }
    report.line = line.path;
    report.command = line.needs === undefined ? "" : line.path.replace(/^atmos (?:auth )?/, "");
    host.giveUp(neverNeeded(line.needs, host.os));
    const globals = readFlags(GLOBAL_FLAGS, line.words.given, host.env);
    report.trace = askedLevel(host, globals) === "trace";
    report.host = await applyGlobals(host, globals);
    const work = line.command.start(report.host, globals, line.words, { tree: TREE, child, keeper });
    return { exitCode: await untilInterrupted(host, work) };
  } catch (error) {
    const { showError } = await import("../cli/run/failure.ts");
    return showError(report.host, error, report);
  }
}

const TREE: CommandTree = {
  root: ROOT,
  withAdditions: async (...given) => await (await import("./other_lines.ts")).withAdditions(...given),
};

/** Whether an SDK is to read what is printed; told before the words are read, which may fail. */
function isForSdk(argv: readonly string[]): boolean {
  return argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined).includes("credential-process");
}

/** Ctrl-C ends the program whatever it waits for; what was being written is whole or not there at all. */
async function untilInterrupted(host: Pick<Host, "interrupted">, work: Promise<number>): Promise<number> {
  const { interrupted } = host;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(interrupted.reason);
  interrupted.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    interrupted.removeEventListener("abort", stop);
  }
}

async function readLine(host: Host, argv: readonly string[]): Promise<Line> {
  const { given, left } = splitWords(argv, GLOBAL_FLAGS, true);
  const isOwnProgram = isAtmosAuth(host.calledBy());
  if (left[0] === "version") return await versionLine();
  const words = isOwnProgram && left[0] !== "auth" ? ["auth", ...left] : left;
  return await groupedLine(host, "atmos", ROOT, words, given);
}

/** Goes down the groups to the command that is meant. `help X` is `X --help`. */
async function groupedLine(
  host: Host,
  path: string,
  group: Group,
  argv: readonly string[],
  before: Words["given"],
): Promise<Line> {
  const { left: [name, ...rest], ...words } = splitWords(argv, GLOBAL_FLAGS, true);
  const given = joinGiven(before, words.given);
  if (given.has("version")) return await versionLine();
  if (name === undefined || (name === "help" && rest.length === 0)) {
    const { groupText } = await import("./other_lines.ts");
    return { type: "text", text: await groupText(host, path, group, given) };
  }
  if (name === "help") return await groupedLine(host, path, group, [...rest, "--help"], given);
  const member = Object.hasOwn(group.members, name) ? group.members[name] : undefined;
  if (member === undefined) {
    const { customOrUnknown } = await import("./other_lines.ts");
    const line = await customOrUnknown(host, path, group, [name, ...rest], given);
    return line.type === "again" ? await groupedLine(host, path, group, line.argv, given) : line;
  }
  return "members" in member
    ? await groupedLine(host, `${path} ${name}`, member, rest, given)
    : await commandLine(host, `${path} ${name}`, member, rest, given);
}

async function commandLine(
  host: Host,
  path: string,
  listed: Listed,
  argv: readonly string[],
  before: Words["given"],
): Promise<Line> {
  const [first = "", ...rest] = argv;
  const below = Object.hasOwn(listed.below ?? {}, first) ? listed.below?.[first] : undefined;
  if (below !== undefined) return await commandLine(host, `${path} ${first}`, below, rest, before);
  const command = await listed.load();
  if (command.passesOn === true) {
    const { customBelow } = await import("./other_lines.ts");
    const custom = await customBelow(host, path, argv, before);
    if (custom !== undefined) return custom;
  }
  const flags = { ...GLOBAL_FLAGS, ...command.flags };
  const words = command.passesOn === true ? splitAround(argv, flags) : splitWords(argv, flags, false);
  const given = joinGiven(before, words.given);
  if (given.has("help")) {
    const { commandHelp } = await import("../cli/line/help.ts");
    return { type: "text", text: commandHelp(path, command, GLOBAL_FLAGS) };
  }
  assertOperands(path, command, words);
  return { type: "command", path, command, words: { ...words, given }, needs: listed.needs };
}

async function versionLine(): Promise<Line> {
  const { default: manifest } = await import("../../deno.json", { with: { type: "json" } });
  return { type: "text", text: `atmos ${manifest.version}\n` };
}
