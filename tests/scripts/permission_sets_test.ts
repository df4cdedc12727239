/** The permission sets of deno.json are what the generator writes, and reach every AWS endpoint. */
import assert from "node:assert/strict";
import { serviceAddress } from "../../lib/aws/addresses.ts";
import { permissionSets, reportsOf, scopesIn } from "../../scripts/permission_sets.ts";
import { fakeHost } from "../fake_host.ts";
import manifest from "../../deno.json" with { type: "json" };

Deno.test("`deno task permissions` has nothing to change in deno.json", async () => {
  assert.deepEqual(manifest.permissions, await permissionSets());
});

Deno.test("the sets grant what each system needs to find the user's directories", () => {
  for (const { env } of Object.values(manifest.permissions)) {
    for (const name of ["HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMPDIR"]) {
      assert.ok(env.includes(name), name);
    }
  }
});

Deno.test("the set cli reaches every endpoint of public partitions, by FIPS and dual-stack too", async () => {
  const { net } = manifest.permissions.cli;
  const isGranted = (host: string) =>
    net.some((grant) => grant.startsWith("*.") && `${host}:443`.endsWith(grant.slice(1)));
  for (const variable of [undefined, "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"]) {
    const host = fakeHost({ env: variable === undefined ? {} : { [variable]: "true" } });
    for (const region of ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]) {
      for (const service of ["STS", "SSO", "SSO_OIDC", "IAM"] as const) {
        const { hostname } = await serviceAddress(host, service, { region, endpointUrl: undefined });
        assert.ok(isGranted(hostname), hostname);
      }
    }
  }
});

Deno.test("the sets name every program that a command starts by itself", async () => {
  const run = new Set(manifest.permissions.cli.run);
  assert.deepEqual(
    [...scopesIn(await reportsOf("cli"), "run")].filter((name) => name !== "*" && !run.has(name)),
    [],
  );
});
