import assert from "node:assert/strict";
import fc from "fast-check";
import { keepChoice, lastChoice } from "../../lib/cli/run/last_choice.ts";
import { fakeHost } from "../fake_host.ts";

const PATH = "/home/ana/.local/state/atmos/choices";
const init = { env: { HOME: "/home/ana" } };

Deno.test("lastChoice() gives the latest of the names that can be chosen now", async () => {
  const host = fakeHost(init);
  assert.equal(await lastChoice(host, ["a", "b"]), undefined);
  for (const name of ["a", "b", "other"]) await keepChoice(host, name);
  assert.equal(await lastChoice(host, ["a", "b"]), "b");
  await keepChoice(host, "a");
  assert.equal(await lastChoice(host, ["a", "b"]), "a");
  assert.equal(host.tree()[PATH], '"a"\n"other"\n"b"\n');
});

Deno.test("keepChoice() keeps any name, each once, and no more than thirty", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 50 }), async (names) => {
      const host = fakeHost(init);
      for (const name of names) await keepChoice(host, name);
      const latest = names.at(-1);
      if (latest === undefined) return;
      assert.equal(await lastChoice(host, names), latest);
      assert.ok((host.tree()[PATH] ?? "").split("\n").length <= 31);
    }),
  );
});

Deno.test("lastChoice() and keepChoice() say nothing where no file can be read or written", async () => {
  const hosts = [
    fakeHost({}),
    fakeHost({ ...init, unreadable: [PATH], files: { [PATH]: '"a"\n' } }),
    fakeHost({ ...init, files: { [PATH]: '{}\n"\\u12"\nnonsense\n' } }),
    fakeHost({ ...init, unwritable: [PATH] }),
  ];
  for (const host of hosts) {
    assert.equal(await lastChoice(host, ["a"]), undefined);
    await keepChoice(host, "a");
    assert.equal(host.told, "");
  }
});
