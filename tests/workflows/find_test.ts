import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { fileNamed, labelOf, workflowFilesBelow, workflowsNamed } from "../../lib/workflows/find.ts";
import { LIMITS } from "../../lib/limits.ts";
import { fakeHost } from "../fake_host.ts";
import { faultLines } from "./setup.ts";

const HOST = fakeHost({
  env: { WHO: "ana" },
  files: {
    "/work/wf/net.yaml":
      "name: Networks\nworkflows:\n  up: { steps: [a] }\n  Down: { steps: [{ command: !env WHO }] }\n",
    "/work/wf/deep/er.yml":
      "workflows:\n  up: { steps: [b] }\n  twice: { steps: [b] }\n  twice: { steps: [c] }\n",
    "/work/wf/broken.yaml": "workflows: [\n",
    "/work/wf/empty.yaml": "",
    "/work/wf/note.txt": "workflows: { no: { steps: [a] } }\n",
    "/work/wf/big.yaml": `workflows: { big: { steps: [a] } }\n${"#".repeat(LIMITS.fileBytes.most)}`,
  },
});

Deno.test("workflowFilesBelow() reads every YAML file, and says which cannot be read", async () => {
  const files = await workflowFilesBelow(HOST, "/work/wf");
  assert.deepEqual(
    files.map(({ label, workflows, faults }) => [label, workflows.map(({ name }) => name), faults.length]),
    [
      ["big.yaml", [], 1],
      ["broken.yaml", [], 1],
      ["deep/er.yml", ["up", "twice"], 0],
      ["empty.yaml", [], 0],
      ["net.yaml", ["up", "Down"], 0],
    ],
  );
  assert.equal(files[4]?.title, "Networks");
  assert.equal(files[4]?.workflows[1]?.steps[0]?.command, "ana");
  assert.deepEqual(files[2]?.workflows.map(({ faults }) => faultLines(faults)), [[], [
    '4:3 error workflows.twice: the key "twice" stands here a second time, after line 3',
  ]]);
  assert.deepEqual(await workflowFilesBelow(HOST, "/work/nowhere"), []);
});

Deno.test("workflowsNamed() finds a name in all files, whatever its case where none fits exactly", async () => {
  const files = await workflowFilesBelow(HOST, "/work/wf");
  const labels = (name: string) => workflowsNamed(files, name).map(({ label }) => label);
  assert.deepEqual(labels("up"), ["deep/er.yml", "net.yaml"]);
  assert.deepEqual(labels("down"), ["net.yaml"]);
  assert.deepEqual(labels("no"), []);
});

Deno.test("fileNamed() takes a label without its extension, a path, and a lone file name", async () => {
  const files = await workflowFilesBelow(HOST, "/work/wf");
  const label = (wanted: string) => fileNamed(HOST, files, wanted, `/work/wf/deep/${wanted}`).label;
  assert.deepEqual(["net", "net.yaml", "./net", "deep/er", "er", "er.yml"].map(label), [
    "net.yaml",
    "net.yaml",
    "net.yaml",
    "deep/er.yml",
    "deep/er.yml",
    "deep/er.yml",
  ]);
  assert.throws(
    () => label("other"),
    (error) => isAuthError(error, "not-found") && /deep\/er\.yml/.test(error.hints[0] ?? ""),
  );
});

Deno.test("labelOf() writes a path below a directory with slashes, and others as they are", () => {
  assert.equal(labelOf({ os: "linux" }, "/work/wf/a/b.yaml", "/work/wf/"), "a/b.yaml");
  assert.equal(labelOf({ os: "windows" }, "C:\\wf\\a\\b.yaml", "C:\\wf"), "a/b.yaml");
  assert.equal(labelOf({ os: "linux" }, "/etc/atmos.yaml", "/work"), "/etc/atmos.yaml");
});
