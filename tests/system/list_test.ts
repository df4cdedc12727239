/**
 * What `list` prints, taken by the programs that it is meant for; and the accounts of a portal.
 */
import assert from "node:assert/strict";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { largeConfig } from "./large.ts";
import { isInstalled, testIf } from "./program.ts";
import { chainedConfig, loggedInWorld, startWorld, type World } from "./world.ts";

const hasDot = await isInstalled("dot");
/** A directory whose node_modules holds `mermaid` and `jsdom`: too large to be installed for one test. */
const MERMAID = Deno.env.get("ATMOS_TEST_MERMAID") ?? "";

/** Names that look like what these languages are made of. */
const ODD = `
    end: &set
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: ReadOnlyAccess, account: { name: core-identity } }
    "a\\"b; [x] <i> #1 \`c\` (d) {e} |f| %% g": *set
    my-sso: *set
    subgraph: *set
    ünïcode.名前: *set
`;

async function oddWorld(): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, ODD));
  return world;
}

async function printed(world: World, format: string): Promise<string> {
  const ran = await world.run(["auth", "list", "--format", format]);
  assert.deepEqual([ran.code, ran.stderr], [0, ""], format);
  return ran.stdout;
}

async function fed(
  program: string,
  args: readonly string[],
  text: string,
  directory: string,
): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: directory,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

testIf(
  hasDot,
  "Graphviz is not installed",
  "Graphviz draws `list --format dot`, odd names and all",
  async () => {
    await using world = await oddWorld();
    const text = await printed(world, "dot");
    assert.equal(await printed(world, "graphviz"), text);
    const drawn = JSON.parse(await fed("dot", ["-Tjson"], text, world.home));
    const labels = drawn.objects.map(({ label }: { label: string }) => label);
    assert.equal(labels.length, 8);
    assert.ok(
      labels.includes('a"b; [x] <i> #1 `c` (d) {e} |f| %% g\\n(aws/permission-set)'),
      labels.join("\n"),
    );
    const name = (id: number) => drawn.objects[id].name;
    const edges = drawn.edges.map(({ tail, head }: { tail: number; head: number }) =>
      `${name(tail)} ${name(head)}`
    );
    assert.ok(
      edges.includes("provider_my_sso identity_my_sso") &&
        edges.includes("identity_base_admin identity_prod_admin"),
    );
    assert.equal(edges.length, 7);
  },
);

const CHECK = `
import { JSDOM } from "jsdom";
const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
let text = "";
for await (const piece of process.stdin) text += piece;
await mermaid.parse(text);
const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
const vertices = [...db.getVertices().values()].map(({ id, text }) => [id, text]);
console.log(JSON.stringify({ vertices, edges: db.getEdges().map(({ start, end }) => start + " " + end) }));
`;

testIf(
  MERMAID !== "",
  "ATMOS_TEST_MERMAID names no directory with mermaid and jsdom",
  "Mermaid reads `list --format mermaid`, odd names and all",
  async () => {
    await using world = await oddWorld();
    const text = await printed(world, "mermaid");
    const { vertices, edges } = JSON.parse(
      await fed("node", ["--input-type=module", "-e", CHECK], text, MERMAID),
    );
    assert.equal(vertices.length, 8);
    assert.ok(vertices.some(([id]: [string]) => id === "identity_end"));
    assert.ok(
      edges.includes("provider_my_sso identity_my_sso") &&
        edges.includes("identity_base_admin identity_prod_admin"),
    );
    assert.match(await printed(world, "md"), /^# Authentication Configuration\n\n```mermaid\ngraph LR\n/);
    assert.equal(await printed(world, "markdown"), await printed(world, "md"));
  },
);

Deno.test("`list --format yaml` says what `--format json` says", async () => {
  await using world = await oddWorld();
  const [yaml, json] = [await printed(world, "yaml"), await printed(world, "json")];
  assert.deepEqual(parse(yaml), JSON.parse(json));
  assert.equal(Object.keys(parse(yaml).identities).length, 7);
  await world.assertNoLeaks();
});

Deno.test("`list` shows the sessions of five hundred identities, and reads each file once", async () => {
  await using world = await startWorld();
  const roles = Array.from(
    { length: 500 },
    (_, at) =>
      `    role-${at}: { kind: aws/permission-set, via: { provider: my-sso }, principal: { name: AdminAccess, account: { id: "111122223333" } } }\n`,
  );
  await world.write(
    "atmos.yaml",
    `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${world.aws.startUrl}" }
  identities:
${roles.join("")}`,
  );
  const login = await world.run(["auth", "login", "--device-code", "-i", "role-7"], { approve: true });
  assert.equal(login.code, 0, login.stderr);
  const ran = await world.run(["auth", "list", "--logs-level", "trace"]);
  assert.equal(ran.stdout.match(/^.*● role-7 /gm)?.length, 1);
  assert.equal(ran.stdout.match(/○ role-/g)?.length, 499);
  for (const file of ["credentials", "config"]) {
    const reads = ran.stderr.split("\n").filter((line) =>
      line.includes("file read") && line.includes(`my-sso/${file} `)
    );
    assert.equal(reads.length, 1, ran.stderr.slice(0, 2000));
  }
});

Deno.test("`list accounts` shows every account and role of every page, and the identities that stand for them", async () => {
  await using world = await loggedInWorld();
  const ran = await world.run(["auth", "list", "accounts", "--format", "json"]);
  assert.equal(ran.code, 0, ran.stderr);
  const { provider, accounts } = JSON.parse(ran.stdout);
  assert.equal(provider, "my-sso");
  assert.deepEqual(accounts.map(({ name }: { name: string }) => name), [
    "core-identity",
    "development",
    "production",
    "sandbox",
    "sandbox",
    "security",
  ]);
  assert.deepEqual(accounts[0], {
    id: "111122223333",
    name: "core-identity",
    roles: [{ name: "AdminAccess", identities: ["base-admin"] }, { name: "ReadOnlyAccess", identities: [] }],
  });
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 1);
  await world.assertNoLeaks();
});

Deno.test("`list accounts` renews a session that the portal no longer knows, and needs a person when it cannot", async () => {
  await using world = await loggedInWorld();
  world.aws.state.accessTokens.clear();
  const ran = await world.run(["auth", "list", "accounts"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^ {2}111122223333 {2}core-identity {2}AdminAccess +base-admin$/m);
  world.aws.state.accessTokens.clear();
  world.aws.state.refreshTokens.clear();
  const alone = await world.run(["auth", "list", "accounts"]);
  assert.deepEqual([alone.code, alone.stdout], [3, ""], alone.stderr);
});

Deno.test("five thousand identities are all listed", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", largeConfig(5_000));
  const lines = (await printed(world, "tree")).split("\n");
  assert.equal(lines.filter((line) => line.includes("○ identity-")).length, 5_000);
});
