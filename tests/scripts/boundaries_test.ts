import assert from "node:assert/strict";
import { circles, read, roomsOf, upwards } from "../../scripts/check_boundaries.ts";

const PICTURE =
  "```rooms\ncommands/          words\nchain/ output/     a chain\nconfig/            files\n```\n";
const rooms = roomsOf(PICTURE);
const source = (path: string, ...imports: readonly string[]) =>
  read(path, imports.map((from) => `import "${from}";`).join("\n"));

Deno.test("roomsOf() reads the rooms of each line of the picture", () => {
  assert.deepEqual(rooms, [["commands/"], ["chain/", "output/"], ["config/"]]);
});

Deno.test("upwards() finds an import from above, from beside, and of a room by the ground", () => {
  assert.deepEqual(
    upwards(rooms, source("lib/chain/run.ts", "../config/load.ts", "./plan.ts", "../errors.ts")),
    [],
  );
  assert.equal(upwards(rooms, source("lib/config/load.ts", "../chain/plan.ts")).length, 1);
  assert.equal(upwards(rooms, source("lib/chain/run.ts", "../output/text.ts")).length, 1);
  assert.equal(upwards(rooms, source("lib/errors.ts", "./config/load.ts")).length, 1);
  assert.match(upwards(rooms, source("lib/attic/x.ts"))[0] ?? "", /not in the picture/);
});

Deno.test("circles() finds files that import each other, types and lazy imports too", () => {
  const lazy = read("lib/chain/c.ts", 'await import("./a.ts");');
  const typed = read("lib/chain/b.ts", 'import type { C } from "./c.ts";');
  const found = circles([
    source("lib/chain/a.ts", "./b.ts"),
    typed,
    lazy,
    source("lib/chain/d.ts", "./a.ts"),
  ]);
  assert.deepEqual(found, [
    "files import each other in a circle: lib/chain/a.ts -> lib/chain/b.ts -> lib/chain/c.ts -> lib/chain/a.ts",
  ]);
});
