/** Stacks and components as the real program shows them, many of them too. */
import assert from "node:assert/strict";
import { readConfig } from "../../lib/config/load.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { derived } from "../../lib/session/derive.ts";
import { findComponent } from "../../lib/stacks/find.ts";
import { listStacks, loadProject } from "../../lib/stacks/loader.ts";
import { assertDocument } from "../output/schemas.ts";
import { manyStacks } from "./many_stacks.ts";
import { startWorld, type World } from "./world.ts";

const ATMOS = `base_path: "."
stacks: { base_path: stacks, included_paths: ["deploy/*"], name_pattern: "{stage}" }
auth:
  providers:
    okta: { kind: aws/saml, url: "https://example.okta.com/app", region: us-east-1, password: !env PORTAL_PASSWORD }
  identities:
    admin:
      kind: aws/assume-role
      via: { provider: okta }
      principal: { assume_role: "arn:aws:iam::123456789012:role/Admin" }
`;
const MANIFEST = `vars: { stage: dev, region: us-east-1 }
components:
  terraform:
    app:
      env: { GITHUB_TOKEN: !env GITHUB_TOKEN, LEVEL: !env LEVEL info }
      vars: { database_password: !env DATABASE_PASSWORD }
      auth: { identities: { admin: { env: [{ key: TOKEN, value: !env PORTAL_PASSWORD }] } } }
`;
const SECRETS = {
  PORTAL_PASSWORD: "not-a-real-portal-password",
  GITHUB_TOKEN: "not-a-real-github-token",
  DATABASE_PASSWORD: "not-a-real-database-password",
};

async function smallWorld(): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", ATMOS);
  await world.write("stacks/deploy/dev.yaml", MANIFEST);
  for (const [name, value] of Object.entries(SECRETS)) world.guard(name, value);
  return world;
}

Deno.test("describe and list print what is merged, and no secret of the environment", async () => {
  await using world = await smallWorld();
  const run = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await world.run(words, { env: { ...SECRETS, LEVEL: "debug" } });
    assert.deepEqual([code, stderr], [0, ""], words.join(" "));
    return stdout;
  };
  const whole = await run("describe", "component", "app", "-s", "dev", "--origins", "-f", "json");
  await assertDocument("describe component", whole);
  const { env, vars, auth } = JSON.parse(whole);
  assert.deepEqual(env, { GITHUB_TOKEN: "!env GITHUB_TOKEN", LEVEL: "debug" });
  assert.deepEqual(vars, { stage: "dev", region: "us-east-1", database_password: "!env DATABASE_PASSWORD" });
  assert.equal(auth.providers.okta.password, "!env PORTAL_PASSWORD");
  await assertDocument("describe stacks", await run("describe", "stacks", "--format", "json"));
  await assertDocument("list stacks", await run("list", "stacks", "--format", "json"));
  await assertDocument("list components", await run("list", "components", "--format", "json"));
  assert.equal(await run("describe", "component", "app", "-s", "dev", "-q", ".vars.region"), "us-east-1\n");
  assert.equal(await run("list", "components", "--stack", "deploy/dev"), "app\n");
  await world.assertNoLeaks();
});

Deno.test("the stack may come from ATMOS_STACK, and stacks from another directory", async () => {
  await using world = await smallWorld();
  await world.write("elsewhere/x.txt", "");
  const env = { ...SECRETS, ATMOS_STACK: "dev" };
  const told = await world.run(["-C", "elsewhere", "describe", "component", "app", "-q", ".vars.stage"], {
    env,
  });
  assert.deepEqual([told.code, told.stdout], [0, "dev\n"]);
  await world.assertNoLeaks();
});

Deno.test("a thousand components in 200 manifests are all read", async () => {
  await using world = await startWorld();
  const { components, stacks } = await manyStacks(world.write);
  const host = derived(denoHost(), { workingDirectory: () => world.home });
  const project = await loadProject(await readConfig(host));
  const all = await listStacks(project);
  const found = await findComponent(project, { name: "component-3", stack: "t77-dev" });
  assert.equal(all.length, stacks);
  assert.equal(all.reduce((sum, stack) => sum + stack.components.terraform.length, 0), components);
  assert.equal(found.component.workspace, "t77-dev-component-3");
});
