import assert from "node:assert/strict";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { providerKey } from "../../lib/chain/run.ts";
import type { AuthConfig, ProviderConfig } from "../../lib/config/types.ts";
import { Secret } from "../../lib/credentials.ts";
import { fakeHost } from "../fake_host.ts";
import { auth, permissionSet, role, saml, sso, threeLinks, user } from "./samples.ts";

type Env = Readonly<Record<string, string>>;

async function digests(config: AuthConfig, target: string, env: Env = {}): Promise<readonly string[]> {
  const links = await linksOf(fakeHost({ env }), planChain(config, target));
  return links.map(({ digest }) => digest);
}

const target = async (config: AuthConfig, env: Env = {}, name = "prod") =>
  (await digests(config, name, env)).at(-1) ?? "";

/** sso -> admin -> prod, with what a test changes. */
const chain = (
  { provider = {}, set = {}, assumed = {} }: {
    readonly provider?: Parameters<typeof sso>[0];
    readonly set?: Parameters<typeof permissionSet>[1];
    readonly assumed?: Parameters<typeof role>[1];
  },
) =>
  auth({ admin: permissionSet("sso", set), prod: role({ identity: "admin" }, assumed) }, {
    sso: sso(provider),
  });

async function assertAllDiffer(texts: readonly Promise<string>[]): Promise<void> {
  const all = await Promise.all(texts);
  assert.equal(new Set(all).size, all.length, all.join("\n"));
  for (const text of all) assert.match(text, /^[0-9a-f]{64}$/);
}

Deno.test("linksOf() gives every link a digest of its own, shared by all chains through it", async () => {
  const [admin, prod, audit] = await digests(threeLinks(), "audit");
  assert.equal(new Set([admin, prod, audit]).size, 3);
  assert.deepEqual(await digests(threeLinks(), "prod"), [admin, prod]);
  assert.deepEqual(await digests(threeLinks(), "admin"), [admin]);
});

Deno.test("linksOf() digests differ when anything differs that decides whose credentials come out", async () => {
  await assertAllDiffer([
    chain({}),
    chain({ provider: { startUrl: "https://other.awsapps.com/start" } }),
    chain({ provider: { region: "eu-west-1" } }),
    chain({ provider: { endpointUrl: "https://aws.example" } }),
    chain({ set: { permissionSet: "ReadOnlyAccess" } }),
    chain({ set: { account: { id: "123456789012" } } }),
    chain({ set: { account: { name: "123456789012" } } }),
    chain({ set: { endpointUrl: "https://aws.example" } }),
    chain({ assumed: { roleArn: "arn:aws:iam::123456789012:role/ProductionAdmin" } }),
    chain({ assumed: { externalId: "partner-4711" } }),
    chain({ assumed: { sessionName: "partner-4711" } }),
    chain({ assumed: { region: "eu-west-1" } }),
    chain({ assumed: { endpointUrl: "https://aws.example" } }),
  ].map((config) => target(config)));
});

Deno.test("linksOf() digests differ by the kind of provider and by all that decides its answer", async () => {
  const common = {
    region: "us-east-1",
    sessionSeconds: undefined,
    consoleSeconds: undefined,
    filesBasePath: undefined,
    endpointUrl: undefined,
  };
  const providers: readonly ProviderConfig[] = [
    saml(),
    saml({ url: "https://other.okta.com/app" }),
    saml({ idpArn: "arn:aws:iam::123456789012:saml-provider/okta" }),
    saml({ username: "jane.doe" }),
    { ...common, kind: "github/oidc", audience: "sts.amazonaws.com" },
    { ...common, kind: "github/oidc", audience: "other" },
    { ...common, kind: "oidc/token", source: { variable: "TOKEN" }, audience: "other" },
    { ...common, kind: "oidc/token", source: { file: "TOKEN" }, audience: "other" },
    { ...common, kind: "oidc/token", source: { file: "TOKEN" }, audience: undefined },
  ];
  await assertAllDiffer(
    providers.map((provider) => target(auth({ prod: role({ provider: "start" }) }, { start: provider }))),
  );
});

Deno.test("linksOf() tells users apart by their keys in YAML, else by name, and by their device", async () => {
  const keys = { accessKeyId: "AKIAEXAMPLEEXAMPLE22", secretAccessKey: new Secret("not-a-real-secret") };
  const digestOf = (name: string, with_: Parameters<typeof user>[0]) =>
    target(auth({ [name]: user(with_) }, {}), {}, name);
  await assertAllDiffer([
    digestOf("a", {}),
    digestOf("b", {}),
    digestOf("a", { keys }),
    digestOf("a", { mfaArn: "arn:aws:iam::123456789012:mfa/a" }),
  ]);
  const rotated = { ...keys, secretAccessKey: new Secret("not-a-real-secret-either") };
  assert.equal(await digestOf("a", { keys }), await digestOf("b", { keys: rotated }));
});

Deno.test("linksOf() digests are equal when only names or durations differ", async () => {
  const renamed = auth(
    {
      boss: permissionSet("corp", { sessionSeconds: 900, alias: "b", env: [{ key: "A", value: "1" }] }),
      live: role({ identity: "boss" }, { durationSeconds: 900, required: true }),
    },
    { corp: sso({ sessionSeconds: 3600, consoleSeconds: 900, autoProvisionIdentities: true }) },
  );
  assert.equal(await target(renamed, {}, "live"), await target(chain({})));
});

Deno.test("linksOf() counts the endpoints of the environment: an emulator's credentials are never AWS's", async () => {
  const one = "http://127.0.0.1:4566";
  await assertAllDiffer([
    target(chain({})),
    target(chain({}), { AWS_ENDPOINT_URL: one }),
    target(chain({}), { AWS_ENDPOINT_URL: "http://127.0.0.1:4567" }),
    target(chain({}), { AWS_ENDPOINT_URL_STS: one }),
    target(chain({}), { AWS_ENDPOINT_URL_SSO: one }),
  ]);
  assert.equal(
    await target(chain({}), { AWS_ENDPOINT_URL: one, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }),
    await target(chain({})),
  );
  assert.equal(await target(chain({}), { AWS_REGION: "x", AWS_PROFILE: "y" }), await target(chain({})));
});

Deno.test("providerKey() keeps one session for a portal, whatever its provider is called", async () => {
  const key = async (with_: Parameters<typeof sso>[0], env: Env = {}, name = "sso") =>
    (await providerKey(fakeHost({ env }), { name, config: sso(with_) }))?.name ?? "";
  const plain = await key({});
  assert.equal(await key({ sessionSeconds: 900 }, {}, "other"), plain);
  await assertAllDiffer([
    key({}),
    key({ startUrl: "https://other.awsapps.com/start" }),
    key({ region: "eu-west-1" }),
    key({ endpointUrl: "https://aws.example" }),
    key({}, { AWS_ENDPOINT_URL_SSO_OIDC: "https://aws.example" }),
    key({}, { AWS_ENDPOINT_URL_SSO: "https://aws.example" }),
  ]);
  assert.equal(await providerKey(fakeHost(), { name: "okta", config: saml() }), undefined);
});
