/**
 * Puts `atmos` and `atmos-auth` on the PATH, running this clone: `deno task install [--to DIR]`, by default
 * `~/.local/bin`. They are started by the Deno that installs them; when that is gone (npx cleans up after itself), by
 * the `deno` on the PATH, else through npx.
 *
 * @module
 */
import { needsAddon, ownTarget } from "./targets.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const MARK = "Written by `deno task install`";
const USAGE = "usage: deno task install [--to DIR]";
const NAMES = ["atmos", "atmos-auth"];

/** What a launcher needs to know. */
export interface Place {
  /** The path of a Deno, and its version for npx. */
  readonly deno: string;
  readonly version: string;
  /** The clone, with a `/` at its end. */
  readonly root: string;
  /** Whether the keyring of this system needs native code. */
  readonly ffi: boolean;
}

function flagsOf({ root, ffi }: Place): readonly string[] {
  const classes = ["read", "write", "net", "env", "run", "sys=uid", ...(ffi ? ["ffi"] : [])];
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    "--frozen",
    `--config=${root}deno.json`,
    ...classes.map((each) => `--allow-${each}`),
    `${root}cli.ts`,
  ];
}

const shellQuoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** For Unix; called by the name `atmos-auth` it says `auth` itself. */
export function launcher(place: Place): string {
  return `#!/bin/sh
# ${MARK}
case "\${0##*/} \${1-}" in 'atmos-auth auth') ;; 'atmos-auth '*) set -- auth "$@" ;; esac
set -- ${flagsOf(place).map(shellQuoted).join(" ")} "$@"
deno=${shellQuoted(place.deno)}
[ -x "$deno" ] || deno=$(command -v deno) || exec npx -y deno@${place.version} "$@"
exec "$deno" "$@"
`;
}

/** For Windows; quoted as `cmd` reads it. NOT TESTED where this project is built: there is no Windows. */
export function windowsLauncher(place: Place, name: string): string {
  const escaped = (text: string) => text.replaceAll("%", "%%");
  const words = [...flagsOf(place).map((word) => `"${escaped(word)}"`), "%word%", "%*"].join(" ");
  return [
    "@echo off",
    `rem ${MARK}`,
    "setlocal",
    "set word=",
    ...(name === "atmos-auth" ? ['if not "%~1"=="auth" set word=auth'] : []),
    `set "deno=${escaped(place.deno)}"`,
    'if not exist "%deno%" set "deno=deno"',
    'if "%deno%"=="deno" where /q deno || goto npx',
    `"%deno%" ${words}`,
    "exit /b %ERRORLEVEL%",
    ":npx",
    `npx -y deno@${place.version} ${words}`,
    "",
  ].join("\r\n");
}

async function write(path: string, text: string): Promise<void> {
  const before = await Deno.readTextFile(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return MARK;
    throw error;
  });
  if (!before.includes(MARK)) {
    throw new RangeError(`${path} is there already, and was not written by this task`);
  }
  await Deno.remove(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.writeTextFile(path, text, { mode: 0o755, createNew: true });
}

function readDirectory(args: readonly string[]): string {
  if (args.length === 0) return homeBin();
  const [flag = "", value] = args;
  const directory = flag === "--to" ? value : /^--to=(.+)$/s.exec(flag)?.[1];
  if (directory === undefined || args.length > (flag === "--to" ? 2 : 1)) {
    throw new RangeError(`Cannot use ${args.join(" ")}`);
  }
  return directory;
}

function homeBin(): string {
  const home = Deno.env.get(Deno.build.os === "windows" ? "USERPROFILE" : "HOME") ?? "";
  if (home === "") throw new RangeError("There is no home directory: name a directory with --to");
  return `${home}/.local/bin`;
}

async function install(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const target = ownTarget();
  const place: Place = {
    deno: Deno.execPath(),
    version: Deno.version.deno,
    root: ROOT,
    ffi: target === undefined || needsAddon(target),
  };
  for (const name of NAMES) {
    const [path, text] = Deno.build.os === "windows"
      ? [`${directory}/${name}.cmd`, windowsLauncher(place, name)]
      : [`${directory}/${name}`, launcher(place)];
    await write(path, text);
    console.log(path);
  }
  const onPath = (Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":").includes(
    directory,
  );
  if (!onPath) console.log(`Add ${directory} to your PATH`);
}

if (import.meta.main) {
  try {
    await install(readDirectory(Deno.args));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    console.error(`${cause.message}\n${USAGE}`);
    Deno.exit(2);
  }
}
