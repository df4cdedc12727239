/** Runs transcripts: every command through `main` with a fake host whose files, clock and AWS last from step to step. */
import { run } from "../../lib/commands/mod.ts";
import { AuthError } from "../../lib/errors.ts";
import { sleep } from "../../lib/host_deno/timing.ts";
import { lockPath } from "../../lib/files/lock.ts";
import { permissionMissing } from "../../lib/grants.ts";
import type { Command, Exit, Host } from "../../lib/host.ts";
import { type Emulator, type Fault, startEmulator } from "../emulator/mod.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";
import { lastingChild } from "../lasting_child.ts";
import { type LockedBus, startLockedBus } from "./locked_bus.ts";
import { type Setup, shellWords, type Step } from "./transcript_format.ts";

/** What lasts from step to step. */
interface World {
  /** Holds the files and the clock. */
  readonly base: FakeHost;
  readonly env: Map<string, string>;
  readonly unreadable: string[];
  readonly unwritable: string[];
  /** Files that Deno's sandbox does not let us read. */
  readonly withheld: string[];
  readonly programs: Map<string, Pick<Exit, "code" | "stdout"> | "broken">;
  emulator?: Emulator;
  /** Where AWS is, or was before it went away. */
  url?: string;
  bus?: LockedBus;
  /** Whether pages can be shown. */
  browser?: boolean;
  /** What happens to device codes while we wait. */
  answer?: "approve" | "deny";
}

/** What is so for one command only. */
interface Once {
  readonly keys: string[];
  readonly lines: string[];
  terminal: boolean;
  input?: string;
  /** How long a child runs. */
  lastsMillis?: number;
  /** What somebody presses on the portal's page in a browser of this machine. */
  page?: "approve" | "deny" | "ignore";
}

/** What a step did: its lines as in a transcript, and what was shown, for the search for secrets. */
export interface Outcome extends Step {
  readonly actual: readonly string[];
  readonly written: string;
  readonly told: string;
}

/** Runs all steps of a transcript, one after the other. */
export async function runTranscript(
  steps: readonly Step[],
): Promise<{ outcomes: readonly Outcome[]; secrets: readonly string[] }> {
  const world = await newWorld(steps);
  const { now } = Date;
  // The AWS SDK signs by the machine's clock, and there is no option for another one.
  Date.now = () => world.base.now();
  try {
    const outcomes: Outcome[] = [];
    for (const step of steps) outcomes.push(await runStep(world, step));
    const secrets = [...world.env].filter(([name]) => name.endsWith("PASSWORD")).map(([, value]) => value);
    return { outcomes, secrets: [...secrets, ...world.emulator?.secrets().map(({ value }) => value) ?? []] };
  } finally {
    Date.now = now;
    await world.emulator?.close();
    await world.bus?.[Symbol.asyncDispose]();
  }
}

/** Locks that others hold, directories and files that are no text are there from the beginning. */
async function newWorld(steps: readonly Step[]): Promise<World> {
  const [unreadable, unwritable]: [string[], string[]] = [[], []];
  const setups = steps.flatMap(({ setup }) => setup);
  const files = setups.flatMap((setup) => setup.kind === "bytes" ? [[setup.path, setup.bytes] as const] : []);
  const directories = setups.flatMap((setup) => setup.kind === "directory" ? [setup.path] : []);
  const env = { HOME: "/home/ana" };
  const locks = await Promise.all(
    setups.flatMap((setup) => setup.kind === "held" ? [heldLock(env, setup)] : []),
  );
  const base = fakeHost({
    heldLocks: Object.fromEntries(locks),
    unreadable,
    unwritable,
    files: Object.fromEntries(files),
    directories: ["/work", "/home/ana", ...directories],
  });
  return {
    base,
    env: new Map(Object.entries(env)),
    unreadable,
    unwritable,
    withheld: [],
    programs: new Map(),
  };
}

async function heldLock(
  env: Readonly<Record<string, string>>,
  { thing, holder }: { readonly thing: string; readonly holder: string },
) {
  return [await lockPath(fakeHost({ env }), thing), { holder }] as const;
}

async function runStep(world: World, step: Step): Promise<Outcome> {
  const once: Once = { keys: [], lines: [], terminal: false };
  for (const setup of step.setup) await apply(world, once, setup);
  if (step.command.startsWith("cat ")) return { ...step, ...shown(world, step.command.slice(4)) };
  const [program = "", ...argv] = shellWords(step.command);
  const changed = world.base.changes.length;
  const host = stepHost(world, once, program);
  const { exitCode, code } = await run(host.traced, argv);
  const actual = [
    ...marked(">", host.fake.written),
    ...marked("!", host.fake.told),
    ...host.fake.commands.map(commandLine),
    ...host.fake.opened.map((url) => `? ${url}`),
    ...host.fake.called.map((call) => `~ ${call.replace(/\?.*/, "")}`),
    ...[...new Set(world.base.changes.slice(changed))].map((change) => changeLine(world, change)),
    code === undefined ? `= ${exitCode}` : `= ${exitCode} ${code}`,
  ].map((line) => normal(world, line));
  return { ...step, actual, written: host.fake.written, told: host.fake.told };
}

function shown(world: World, path: string) {
  const text = world.base.tree()[path] ?? "(no such file)\n";
  return { actual: marked(">", text).map((line) => normal(world, line)), written: "", told: "" };
}

function stepHost(world: World, once: Once, program: string): { fake: FakeHost; traced: Host } {
  const { base, emulator } = world;
  const fake: FakeHost = fakeHost({
    env: Object.fromEntries(world.env),
    ...(once.terminal
      ? { keys: once.keys, lines: once.lines, screen: { ansi: once.lines.length === 0 } }
      : {}),
    ...(once.input === undefined ? {} : { input: once.input }),
    openUrl: async (url) =>
      once.page === undefined ? world.browser ?? false : await browse(fake, url, once.page),
    exchanges: (request) => {
      if (emulator !== undefined) return fetch(request, { redirect: "manual" });
      throw new AuthError(
        "unreachable",
        `Cannot reach ${new URL(request.url).host}: the network is unreachable`,
      );
    },
    run: async ({ program }) => {
      const exit = world.programs.get(program);
      if (exit === undefined) {
        throw new AuthError("command-not-found", `Cannot run ${program}: no such program on PATH`);
      }
      if (exit === "broken") {
        throw new AuthError(
          "command-not-executable",
          `Cannot run ${program}: /usr/bin/${program} is not executable, or the interpreter in its first line does not exist`,
        );
      }
      await child?.ended;
      return exit;
    },
  });
  const child = once.lastsMillis === undefined ? undefined : lastingChild(base, once.lastsMillis);
  const traced: Host = {
    ...fake,
    files: { ...base.files, readBytes: (path) => readGranted(world, path) },
    now: base.now,
    self: () => [`/usr/local/bin/${program}`],
    calledBy: () => program,
    sleep: async (millis, signal) => {
      if (child !== undefined) return await child.sleep(millis, signal);
      // A turn of the spinner: drawn while real requests are under way, so it must not move the clock.
      if (millis <= SPINNER_MILLIS) {
        await sleep(SPINNER_MILLIS, signal);
        return fake.resume();
      }
      for (const code of emulator?.pendingUserCodes() ?? []) {
        if (world.answer === "approve") emulator?.approve(code);
        if (world.answer === "deny") emulator?.deny(code);
      }
      // What answers on a real socket takes real time.
      await (world.bus === undefined ? base.sleep(millis, signal) : sleep(millis, signal));
    },
  };
  return { fake, traced };
}

function readGranted({ base, withheld }: World, path: string): Promise<Uint8Array | undefined> {
  if (!withheld.includes(path)) return base.files.readBytes(path);
  const told = new Error(`Requires read access to "${path}", run again with the --allow-read flag`);
  throw permissionMissing(`read ${path}`, told);
}

const SPINNER_MILLIS = 100;

/** What a browser does that is shown the portal's page: it presses a button, and goes where it is sent. */
async function browse(fake: FakeHost, url: URL, answer: "approve" | "deny" | "ignore"): Promise<boolean> {
  if (answer === "ignore") return true;
  const pressed = await fetch(new URL(url.pathname, url), {
    method: "POST",
    body: new URLSearchParams([...url.searchParams, ["answer", answer]]),
    redirect: "manual",
  });
  await pressed.body?.cancel();
  const back = pressed.headers.get("location");
  if (back !== null) await fake.visit(back);
  return true;
}

async function apply(world: World, once: Once, setup: Setup): Promise<void> {
  switch (setup.kind) {
    case "env":
      if (setup.value === undefined) world.env.delete(setup.name);
      else world.env.set(setup.name, setup.value);
      return;
    case "file":
      return world.base.put(setup.path, setup.text, setup.mode);
    case "link":
      return world.base.link(setup.path, setup.target);
    case "copy":
      return world.base.put(setup.target, world.base.tree()[setup.path] ?? "", 0o600);
    case "bytes":
    case "directory":
    case "held":
      return;
    case "unreadable":
    case "unwritable":
    case "withheld":
      return void world[setup.kind].push(setup.path);
    case "cloud":
      return await openCloud(world);
    case "offline": {
      const { emulator } = world;
      delete world.emulator;
      return await emulator?.close();
    }
    case "approve":
    case "deny":
      world.answer = setup.kind;
      return;
    case "terminal":
      once.terminal = true;
      return;
    case "browser":
      world.browser = true;
      return;
    case "locked-keyring":
      world.bus = await startLockedBus();
      return void world.env.set("DBUS_SESSION_BUS_ADDRESS", world.bus.address);
    case "broken":
      return void world.programs.set(setup.name, "broken");
    case "press":
      once.terminal = true;
      return void once.keys.push(...setup.keys);
    case "line":
      once.terminal = true;
      return void once.lines.push(setup.text);
    case "page":
      once.page = setup.answer;
      return;
    case "input":
      once.input = setup.text;
      return;
    case "key-delay":
      if (world.emulator !== undefined) world.emulator.state.seed.keyPropagation = setup.seconds;
      return;
    case "lasts":
      once.lastsMillis = setup.seconds * 1000;
      return;
    case "later":
      return world.base.advance(setup.seconds * 1000);
    case "fault":
      return world.emulator?.fault({ operation: setup.operation, effect: setup.effect } as Fault);
    case "program":
      return void world.programs.set(setup.name, { code: setup.code, stdout: setup.stdout });
  }
}

async function openCloud(world: World): Promise<void> {
  world.emulator = await startEmulator({ clock: world.base.now, randomSeed: 1 });
  world.url = world.emulator.url;
  for (const [name, value] of Object.entries(world.emulator.environment)) world.env.set(name, value);
}

/** Pictures of the spinner: how many there were is the machine's affair, and none of them stays. */
// deno-lint-ignore no-control-regex -- terminals speak in control characters
const OVERWRITTEN = /(?:\r\x1b\[K[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] [^\r\n]*)+\r\x1b\[K/g;

/** One line per line; control characters made visible, and the end of a text without a line break, too. */
function marked(mark: string, text: string): readonly string[] {
  if (text === "") return [];
  const stays = text.replaceAll(OVERWRITTEN, "");
  if (stays === "") return [];
  const whole = stays.endsWith("\n") ? stays.slice(0, -1) : `${stays}(no line break)`;
  return whole.split("\n").map((line) =>
    `${mark} ${line.replaceAll("\x1b", "␛").replaceAll("\r", "␍")}`.trimEnd()
  );
}

function commandLine({ program, args, environment, directory }: Command): string {
  const set = Object.entries(environment.set).map(([name, value]) => ` ${name}=${value}`).join("");
  const unset = environment.unset.map((name) => ` -${name}`).join("");
  const place = directory === undefined ? "" : ` (in ${directory})`;
  return `& ${[program, ...args].join(" ")}${place}: with${set}${
    set === "" ? " nothing" : ""
  }, without${unset}${unset === "" ? " nothing" : ""}`;
}

function changeLine(world: World, change: string): string {
  const [what = "", path = ""] = change.split(" ");
  const node = world.base.node(path);
  const mode = node?.kind === "file" || node?.kind === "directory"
    ? ` ${node.mode.toString(8).padStart(4, "0")}`
    : "";
  return `+ ${what} ${path}${mode}`;
}

/** Without what is different in every run, and without long secrets, which nobody reads. */
function normal(world: World, line: string): string {
  const { url } = world;
  const placed = url === undefined
    ? line
    : line.replaceAll(url, "http://aws.test").replaceAll(new URL(url).host, "aws.test");
  return placed.replace(/chain=[0-9a-f]{64}/g, "chain=(digest)").replace(/ mac=[0-9a-f]{64}$/g, " mac=(mac)")
    .replace(
      /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
      "(request id)",
    )
    .replace(/\?response_type=code&\S+/g, "?(query)")
    .replace(/EMULATOR[A-Za-z0-9+/=_-]{20,}/g, "EMULATOR…").replace(/\bASIA[A-Z0-9]{16}/g, "ASIA…")
    .replace(/\b[B-DF-HJ-NP-TV-Z]{4}-[B-DF-HJ-NP-TV-Z]{4}\b/g, "WDJB-MJHT").replace(
      /@[0-9a-f]{8}\b/g,
      "@(hash)",
    ).replace(/\bmillis=\d+/g, "millis=(n)")
    .replace(/(\/(?:console|browser)\/[^ ]+)-[0-9a-f]{16}\b/g, "$1-(hash)")
    .replace(/\/locks\/[0-9a-f]+\.lock/g, "/locks/(hash).lock");
}
