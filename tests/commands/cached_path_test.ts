/** What a fresh session costs: no request, no keyring, no machinery. */
import assert from "node:assert/strict";
import { main } from "../../lib/commands/mod.ts";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { Secret } from "../../lib/credentials.ts";
import { writeSession } from "../../lib/files/aws_files.ts";
import { derived } from "../../lib/session/derive.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { sessionFiles } from "../session_files.ts";

const CONFIG = `auth:
  keyring: { type: file }
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://mycompany.awsapps.com/start" }
  identities:
    base:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: production } }
    prod:
      kind: aws/assume-role
      default: true
      via: { identity: base }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin" }
`;
const DIRECTORY = "/home/ana/.config/atmos/aws/my-sso";

async function hostWithSession() {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: { "/work/atmos.yaml": CONFIG },
    run: () => ({ code: 3 }),
  });
  const { auth } = await loadConfig(host);
  const link = (await linksOf(host, planChain(auth, "prod"))).at(-1);
  assert.ok(link !== undefined);
  const session = {
    type: "aws-session" as const,
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: new Secret("not-a-real-secret"),
    sessionToken: new Secret("not-a-real-token"),
    issuedAt: FAKE_NOW,
    expiresAt: FAKE_NOW + 3_600_000,
  };
  await writeSession(host, await sessionFiles(host, DIRECTORY), "prod", link.digest, session, {
    region: "us-east-1",
  });
  return host;
}

for (const argv of [["auth", "env"], ["auth", "exec", "--", "true"]]) {
  Deno.test(`a fresh session serves ${argv.slice(0, 2).join(" ")} from two files and the key: no request, no keyring, nothing written`, async () => {
    const host = await hostWithSession();
    const before = host.changes.length;
    const read: string[] = [];
    const watched = derived(host, {
      files: {
        ...host.files,
        readBytes: async (path) => {
          const bytes = await host.files.readBytes(path);
          if (bytes !== undefined) read.push(path);
          return bytes;
        },
        readText: async (path) => {
          const text = await host.files.readText(path);
          if (text !== undefined) read.push(path);
          return text;
        },
      },
    });
    assert.equal(await main(watched, argv), argv[1] === "env" ? 0 : 3);
    assert.deepEqual(read.filter((path) => path !== "/work/atmos.yaml"), [
      "/home/ana/.local/state/atmos/session-key",
      `${DIRECTORY}/credentials`,
      `${DIRECTORY}/config`,
    ]);
    assert.deepEqual(host.called, []);
    assert.equal(host.changes.length, before);
    assert.equal(host.locks.length, 2, "the locks of the set-up alone");
  });
}

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

/** Modules that are loaded with these, whatever happens then. */
async function loadedWith(roots: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../cli.ts", import.meta.url).pathname],
  }).output();
  const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
  const modules = new Map(graph.modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const visit = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of modules.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  for (const root of roots) visit(new URL(`../../${root}`, import.meta.url).href);
  return loaded;
}

Deno.test("what env and exec load does not hold the SDK, the YAML library, keyrings, prompts, providers or Node's modules", async () => {
  const loaded = await loadedWith([
    "cli.ts",
    "lib/commands/auth/env.ts",
    "lib/commands/auth/exec.ts",
    "lib/config/load.ts",
  ]);
  const heavy =
    /@aws-sdk|^node:|commander|\/node_modules\/|\/config\/yaml\w*(?<!_simple)\.ts|\/lib\/(?:keyring|providers|identities|oauth|saml)\/|\/lib\/terminal\/(?!ci|escape|keys)|\/chain\/run\.ts/;
  assert.deepEqual([...loaded].filter((specifier) => heavy.test(specifier)), []);
  assert.ok(
    [...loaded].some((specifier) => specifier.endsWith("/lib/config/read_yaml.ts")),
    "the graph was read",
  );
});

Deno.test("env does not load what reads a configuration before it is known whether one can be recalled", async () => {
  const loaded = await loadedWith(["cli.ts", "lib/commands/auth/env.ts"]);
  assert.deepEqual(
    [...loaded].filter((specifier) =>
      /\/config\/(?:load|read_yaml|yaml_simple|decode)\.ts|valibot/.test(specifier)
    ),
    [],
  );
  assert.ok(
    [...loaded].some((specifier) => specifier.endsWith("/lib/cli/recall/recall.ts")),
    "the graph was read",
  );
});
