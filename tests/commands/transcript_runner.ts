/** Runs transcripts: every command through `main` with a fake host whose files, clock and AWS last from step to step. */
import { main } from "../../lib/commands/mod.ts";
import { AuthError } from "../../lib/errors.ts";
import { sleep } from "../../lib/host_deno/timing.ts";
import type { Command, Exit, Host } from "../../lib/host.ts";
import { type Emulator, type Fault, startEmulator } from "../emulator/mod.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";
import { type Setup, shellWords, type Step } from "./transcript_format.ts";

/** What lasts from step to step. */
interface World {
  /** Holds the files and the clock. */
  readonly base: FakeHost;
  readonly env: Map<string, string>;
  readonly unreadable: string[];
  readonly unwritable: string[];
  readonly programs: Map<string, Pick<Exit, "code" | "stdout">>;
  emulator?: Emulator;
  /** Where AWS is, or was before it went away. */
  url?: string;
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
  const world = newWorld(steps);
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
  }
}

/** Directories and files that are no text are there from the beginning. */
function newWorld(steps: readonly Step[]): World {
  const [unreadable, unwritable]: [string[], string[]] = [[], []];
  const setups = steps.flatMap(({ setup }) => setup);
  const files = setups.flatMap((setup) => setup.kind === "bytes" ? [[setup.path, setup.bytes] as const] : []);
  const directories = setups.flatMap((setup) => setup.kind === "directory" ? [setup.path] : []);
  const base = fakeHost({
    unreadable,
    unwritable,
    files: Object.fromEntries(files),
    directories: ["/work", "/home/ana", ...directories],
  });
  return { base, env: new Map([["HOME", "/home/ana"]]), unreadable, unwritable, programs: new Map() };
}

async function runStep(world: World, step: Step): Promise<Outcome> {
  const once: Once = { keys: [], lines: [], terminal: false };
  for (const setup of step.setup) await apply(world, once, setup);
  if (step.command.startsWith("cat ")) return { ...step, ...shown(world, step.command.slice(4)) };
  const [program = "", ...argv] = shellWords(step.command);
  const changed = world.base.changes.length;
  const host = stepHost(world, once, program);
  const code = await main(host.traced, argv);
  const actual = [
    ...marked(">", host.fake.written),
    ...marked("!", host.fake.told),
    ...host.fake.commands.map(commandLine),
    ...host.fake.opened.map((url) => `? ${url}`),
    ...host.fake.called.map((call) => `~ ${call.replace(/\?.*/, "")}`),
    ...[...new Set(world.base.changes.slice(changed))].map((change) => changeLine(world, change)),
    `= ${code}`,
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
    run: ({ program }) => {
      const exit = world.programs.get(program);
      if (exit === undefined) {
        throw new AuthError("command-not-found", `Cannot run ${program}: there is no such program`);
      }
      return exit;
    },
  });
  const traced: Host = {
    ...fake,
    files: base.files,
    now: base.now,
    self: () => [`/usr/local/bin/${program}`],
    calledBy: () => program,
    sleep: async (millis, signal) => {
      // A turn of the spinner: drawn while real requests are under way, so it must not move the clock.
      if (millis <= SPINNER_MILLIS) return await sleep(SPINNER_MILLIS, signal);
      for (const code of emulator?.pendingUserCodes() ?? []) {
        if (world.answer === "approve") emulator?.approve(code);
        if (world.answer === "deny") emulator?.deny(code);
      }
      await base.sleep(millis, signal);
    },
  };
  return { fake, traced };
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
      return;
    case "unreadable":
    case "unwritable":
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
  const mode = node !== undefined && node.kind !== "symlink"
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
  return placed.replace(/chain=[0-9a-f]{64}/g, "chain=(digest)").replace(
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
