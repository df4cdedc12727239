import assert from "node:assert/strict";
import {
  commandsOf,
  darwinRow,
  isInForeground,
  linuxRow,
  type ProcessRow,
  processTable,
} from "../../lib/host_deno/process_table.ts";
import { SIGNALS, treatedOn } from "../../lib/host_deno/signals.ts";

Deno.test("treatedOn() returns signals that Deno can listen to here, and no number twice", () => {
  const os = Deno.build.os === "windows" || Deno.build.os === "darwin" ? Deno.build.os : "linux";
  for (const { name } of treatedOn(os)) {
    const listener = () => {};
    Deno.addSignalListener(name, listener);
    Deno.removeSignalListener(name, listener);
  }
  for (const each of ["linux", "darwin"] as const) {
    const codes = treatedOn(each).flatMap(({ deadlyCode }) => deadlyCode ?? []);
    assert.deepEqual(codes.toSorted(), [...new Set(codes)].toSorted());
  }
});

Deno.test("treatedOn() leaves job control and faults of this process to the system, and passes on the rest", () => {
  const names = treatedOn("linux").map(({ name }) => name);
  for (
    const name of ["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT", "SIGBUS", "SIGTRAP", "SIGPIPE", "SIGCHLD"]
  ) {
    assert.ok(!names.some((each) => each === name), name);
  }
  const terminal = treatedOn("darwin").filter(({ to }) => to === "child-unless-terminal").map(({ name }) =>
    name
  );
  assert.deepEqual(terminal, ["SIGINT", "SIGQUIT", "SIGINFO", "SIGWINCH"]);
  assert.deepEqual(treatedOn("windows").map(({ name, to }) => [name, to]), [
    ["SIGINT", "nobody"],
    ["SIGBREAK", "nobody"],
  ]);
  assert.ok(names.length > 15 && names.every((name) => SIGNALS[name].to !== "us"));
});

Deno.test("linuxRow() and darwinRow() parse a process whatever its program's name", () => {
  const row = { pid: 12, parent: 3, group: 10, foreground: 11, program: "a) S 1 (b c" };
  assert.deepEqual(linuxRow("12 (a) S 1 (b c) R 3 10 9 34816 11 4194304 0 0"), row);
  assert.deepEqual(linuxRow("1 (init) S 0 1 1 0 -1 4194560 0"), {
    pid: 1,
    parent: 0,
    group: 1,
    foreground: -1,
    program: "init",
  });
  assert.deepEqual(darwinRow("   12     3    10    11 /Applications/A B.app/x  "), {
    ...row,
    program: "/Applications/A B.app/x",
  });
  assert.deepEqual(
    [linuxRow(""), linuxRow("12 (x"), darwinRow(" PID"), darwinRow("")],
    Array(4).fill(undefined),
  );
});

const process = (pid: number, parent: number, program: string, group = 1, foreground = 0): ProcessRow => ({
  pid,
  parent,
  group,
  foreground,
  program,
});

Deno.test("commandsOf() finds a shell's commands through its subshells, but nothing that those start", () => {
  const table = [
    process(10, 1, "bash"),
    process(11, 10, "bash"),
    process(12, 11, "terraform"),
    process(13, 12, "terraform-provider"),
    process(14, 10, "tee"),
    process(20, 1, "sleep"),
  ];
  assert.deepEqual(commandsOf(table, 10), [11, 12, 14]);
  assert.deepEqual(commandsOf(table, 99), []);
});

Deno.test("isInForeground() compares the process's group with that of its terminal", () => {
  assert.equal(isInForeground([process(5, 1, "x", 7, 7)], 5), true);
  assert.equal(isInForeground([process(5, 1, "x", 7, 8)], 5), false);
  assert.equal(isInForeground([process(5, 1, "x", 7, -1)], 5), false);
  assert.equal(isInForeground([], 5), undefined);
});

Deno.test({
  name: "processTable() contains this process",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const table = await processTable(Deno.build.os === "darwin" ? "darwin" : "linux");
    const own = table?.find(({ pid }) => pid === Deno.pid);
    assert.equal(own?.parent, Deno.ppid);
  },
});
