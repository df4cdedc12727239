import assert from "node:assert/strict";
import { main } from "../../lib/commands/mod.ts";
import type { Group } from "../../lib/cli/line/command.ts";
import { neverNeeded } from "../../lib/cli/line/needs.ts";
import { commandAt, needsOf } from "../../lib/cli/line/tree.ts";
import { ROOT } from "../../lib/commands/table.ts";
import { fakeHost } from "../fake_host.ts";

const NEEDS = needsOf(ROOT);
const SECURITY = await Deno.readTextFile(new URL("../../SECURITY.md", import.meta.url));

Deno.test("what a command needs stands in the table of SECURITY.md", () => {
  const word = (value: boolean | string) =>
    value === true ? "yes" : value === false || value === "none" ? "" : value;
  const rows = [...NEEDS].map(([name, { network, keyring, sessions, programs, why }]) =>
    `| ${[`\`${name}\``, word(network), word(keyring), word(sessions), word(programs), why].join(" | ")} |`
      .replace(/\| {2}(?=\|)/g, "| ").replace(/\| {2}(?=\|)/g, "| ")
  );
  const section = SECURITY.slice(SECURITY.indexOf("## The sandbox"));
  const table = section.split("\n").filter((line) => line.startsWith("| `"));
  assert.deepEqual(
    table.map((line) => line.replaceAll(/ +/g, " ")),
    rows.map((row) => row.replaceAll(/ +/g, " ")),
  );
});

/** Every command of a group, by its words. */
function commandsOf(group: Group, before = ""): readonly string[] {
  return Object.entries(group.members).flatMap(([name, member]) => {
    const path = `${before}${name}`;
    if ("members" in member) return commandsOf(member, `${path} `);
    return [path, ...Object.keys(member.below ?? {}).map((below) => `${path} ${below}`)];
  });
}

Deno.test("every command stands in the list of needs, and nothing else does", async () => {
  const { auth, ...others } = ROOT.members;
  assert.ok(auth !== undefined && "members" in auth);
  const known = [...commandsOf(auth), ...commandsOf({ ...ROOT, members: others })];
  assert.equal(new Set(known).size, known.length, "two commands with the same words");
  assert.deepEqual([...NEEDS.keys()].sort(), known.sort());
  for (const name of NEEDS.keys()) assert.ok(await commandAt(ROOT, name), name);
  assert.equal(await commandAt(ROOT, "user constructor"), undefined);
});

Deno.test("neverNeeded() gives nothing up beside programs, nor for a command that is not listed", () => {
  assert.deepEqual(neverNeeded(undefined, "linux"), []);
  assert.deepEqual(neverNeeded(NEEDS.get("exec"), "linux"), []);
  assert.deepEqual(neverNeeded(NEEDS.get("login"), "darwin"), []);
});

Deno.test("neverNeeded() keeps the session bus of Linux, and the addon elsewhere, for a keyring", () => {
  assert.deepEqual(neverNeeded(NEEDS.get("validate"), "linux"), ["run", "ffi", "net"]);
  assert.deepEqual(neverNeeded(NEEDS.get("user forget"), "linux"), ["run", "ffi"]);
  assert.deepEqual(neverNeeded(NEEDS.get("user forget"), "darwin"), ["run", "net"]);
  assert.deepEqual(neverNeeded(NEEDS.get("user configure"), "windows"), ["run"]);
});

Deno.test("main() gives up what the command never needs before it starts", async () => {
  const host = fakeHost({ env: { HOME: "/home/ana" }, files: { "/work/atmos.yaml": "auth: {}\n" } });
  assert.equal(await main(host, ["auth", "validate"]), 0);
  assert.deepEqual(host.givenUp, ["run", "ffi", "net"]);
});
