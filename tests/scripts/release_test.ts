import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { programFile, TARGETS } from "../../scripts/targets.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("the release workflow tries the binary of every target on a system of its own, before it publishes", async () => {
  const { jobs } = parse(await read(".github/workflows/release.yml"));
  const tried: string[] = jobs.try.strategy.matrix.include.map(({ program }: { program: string }) => program);
  assert.deepEqual(tried.toSorted(), TARGETS.map(programFile).toSorted());
  assert.deepEqual(jobs.publish.needs, ["build", "try"]);
});

Deno.test("the release workflow grants nothing by default, and the right to sign to the last job alone", async () => {
  const workflow = parse(await read(".github/workflows/release.yml"));
  assert.deepEqual(workflow.permissions, {});
  assert.deepEqual(workflow.jobs.build.permissions, { contents: "read" });
  assert.deepEqual(workflow.jobs.try.permissions, {});
  assert.equal(workflow.jobs.publish.permissions["id-token"], "write");
});

Deno.test("README, installation page and release workflow name one version of Deno", async () => {
  const { env } = parse(await read(".github/workflows/release.yml"));
  for (const path of ["README.md", "docs/install.md"]) {
    const versions = [...(await read(path)).matchAll(/deno@(\d+\.\d+\.\d+)/g)].map(([, version]) => version);
    assert.ok(versions.length > 0);
    assert.deepEqual(new Set(versions), new Set([env.DENO_VERSION]));
  }
});
