/**
 * The processes of this machine, for passing on signals. Deno requires every grant to read /proc, and has no
 * function for process groups, so a system program reads them for us.
 *
 * @module
 */
import type { Os } from "../host.ts";
import { mayRun } from "./grants.ts";

/** One process. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** The foreground process group of its terminal; 0 or less if there is none. */
  readonly foreground: number;
  readonly program: string;
}

/** Only shell built-ins: slim systems have no `ps`. */
const READ_PROC = 'for file in /proc/[0-9]*/stat; do read -r line <"$file" && echo "$line"; done 2>/dev/null';

interface Reader {
  readonly program: string;
  readonly args: readonly string[];
  readonly row: (line: string) => ProcessRow | undefined;
}

const READERS: Readonly<Partial<Record<Os, Reader>>> = {
  linux: { program: "/bin/sh", args: ["-c", READ_PROC], row: linuxRow },
  darwin: {
    program: "/bin/ps",
    args: ["-A", ...["pid", "ppid", "pgid", "tpgid", "comm"].flatMap((column) => ["-o", `${column}=`])],
    row: darwinRow,
  },
};

/** All processes; `undefined` if they cannot be read, which is never an error. */
export async function processTable(os: Os): Promise<readonly ProcessRow[] | undefined> {
  const reader = READERS[os];
  if (reader === undefined || !mayRun(reader.program)) return undefined;
  try {
    const { stdout } = await new Deno.Command(reader.program, {
      args: [...reader.args],
      clearEnv: true,
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").map(reader.row).filter((row) => row !== undefined);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** proc_pid_stat(5): `pid (comm) state ppid pgrp session tty_nr tpgid ...`; comm may contain " " and "()". */
export function linuxRow(line: string): ProcessRow | undefined {
  const match = /^(\d+) \((.*)\) \S (\d+) (\d+) \d+ -?\d+ (-?\d+) /s.exec(line);
  if (match === null) return undefined;
  const [, pid, program = "", parent, group, foreground] = match;
  return row(pid, parent, group, foreground, program);
}

/** `ps`: pid, parent, group, foreground group, and the program's path. */
export function darwinRow(line: string): ProcessRow | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, pid, parent, group, foreground, program = ""] = match;
  return row(pid, parent, group, foreground, program.trim());
}

function row(pid = "", parent = "", group = "", foreground = "", program = ""): ProcessRow {
  const [first, second, third, fourth] = [pid, parent, group, foreground].map(Number);
  return { pid: first ?? 0, parent: second ?? 0, group: third ?? 0, foreground: fourth ?? 0, program };
}

/**
 * Whether a process is in its terminal's foreground, where a Ctrl-C reaches it; `undefined` if it is not in
 * the table.
 */
export function isInForeground(table: readonly ProcessRow[], pid: number): boolean | undefined {
  const own = table.find((one) => one.pid === pid);
  return own && own.group === own.foreground;
}

/**
 * The commands that a shell waits for: its children, and those of its subshells and pipelines. Excludes what
 * the commands start.
 */
export function commandsOf(table: readonly ProcessRow[], shell: number): readonly number[] {
  const program = table.find(({ pid }) => pid === shell)?.program;
  const below = table.filter(({ parent }) => parent === shell);
  return below.flatMap((one) => [one.pid, ...(one.program === program ? commandsOf(table, one.pid) : [])]);
}
