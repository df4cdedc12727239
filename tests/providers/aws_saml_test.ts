import assert from "node:assert/strict";
import type { SamlProvider } from "../../lib/config/types.ts";
import type { AwsSession, SamlAssertion } from "../../lib/credentials.ts";
import { takeRole } from "../../lib/identities/aws_assume_role.ts";
import { authenticateSaml } from "../../lib/providers/aws_saml.ts";
import { role } from "../chain/samples.ts";
import { failureOf } from "../failing.ts";
import { defaultSeed, type Emulator, startEmulator } from "../emulator/mod.ts";
import { type ResponseParts, samlSigner } from "../emulator/saml_signer.ts";
import { type FakeHost, fakeHost } from "../fake_host.ts";
import { type FakeBrowser, fakeBrowser } from "../saml/fake_browser.ts";
import { samlProvider } from "../saml/provider.ts";

const ROLE = "arn:aws:iam::123456789012:role/AdminRole";
const PROVIDER = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const OTHER_PROVIDER = "arn:aws:iam::123456789012:saml-provider/other";
const VIA = { provider: "okta-saml" };
const HOUR = 3_600_000;

const signer = samlSigner();

/** A browser whose identity provider knows the person and posts this response. */
function postingBrowser(response: string): FakeBrowser {
  const postData = new URLSearchParams({ SAMLResponse: response, RelayState: "" }).toString();
  const request = { url: "https://signin.aws.amazon.com/saml", method: "POST", postData };
  return fakeBrowser(({ method }, browser) => {
    if (method === "Page.navigate") browser.emit("Fetch.requestPaused", { requestId: "R1", request }, "S1");
    return undefined;
  });
}

interface World {
  readonly host: FakeHost;
  readonly emulator: Emulator;
  readonly login: (parts?: Partial<ResponseParts>, config?: Partial<SamlProvider>) => Promise<SamlAssertion>;
  readonly assume: (
    base: SamlAssertion,
    wish?: { roleArn?: string; seconds?: number; own?: boolean },
  ) => Promise<AwsSession>;
}

/** An AWS that trusts the identity provider, and a machine with a browser. */
async function inWorld(run: (world: World) => Promise<void>): Promise<void> {
  const queue: string[] = [];
  const host = fakeHost({
    env: { HOME: "/home/jane", PATH: "/usr/bin", DISPLAY: ":0" },
    files: { "/usr/bin/chromium": "" },
    keys: [],
    browse: () => postingBrowser(queue.shift() ?? ""),
    exchanges: (request) => fetch(request),
  });
  const seed = defaultSeed();
  seed.samlProviders.push(signer.provider(PROVIDER));
  await using emulator = await startEmulator({ seed, clock: host.now });
  await run({
    host,
    emulator,
    login: async (parts = {}, config = {}) => {
      queue.push(signer.respond({ now: host.now(), roles: [`${ROLE},${PROVIDER}`], ...parts }));
      const { name, config: whole } = samlProvider({ url: "https://idp.example.com/app", ...config });
      return await authenticateSaml(host, name, whole);
    },
    assume: async (base, { roleArn = ROLE, seconds, own = false } = {}) => {
      const place = { region: "us-east-1", endpointUrl: emulator.url };
      return await takeRole(host, "admin", role(VIA, { roleArn }), place, base, { seconds, own });
    },
  });
}

Deno.test("authenticateSaml() hands on the assertion with its life, and which SAML provider it is for", () =>
  inWorld(async ({ host, login }) => {
    const base = await login({}, { idpArn: PROVIDER });
    assert.equal(base.type, "saml-assertion");
    assert.equal(base.providerArn, PROVIDER);
    assert.deepEqual([base.issuedAt, base.expiresAt], [host.now(), host.now() + 300_000]);
    assert.equal((await login({ lifetime: 60_000 })).expiresAt, host.now() + 60_000);
    assert.ok(
      Object.keys(host.tree()).every((path) => path.endsWith(".lock") || path === "/usr/bin/chromium"),
    );
  }));

Deno.test("authenticateSaml() fails where the identity provider says that the login failed", () =>
  inWorld(async ({ login }) => {
    const error = await failureOf(login({ status: "Responder", statusMessage: "jane is not assigned" }));
    assert.equal(error.code, "refused");
    assert.equal(error.where, "auth.providers.okta-saml");
    assert.match(error.message, /jane is not assigned$/);
  }));

Deno.test("takeRole() makes one AssumeRoleWithSAML for the role, and assumes nothing after it", () =>
  inWorld(async ({ host, emulator, login, assume }) => {
    const session = await assume(await login());
    assert.equal(session.principalArn, "arn:aws:sts::123456789012:assumed-role/AdminRole/jane@example.com");
    assert.equal(session.accountId, "123456789012");
    assert.equal(session.expiresAt - host.now(), HOUR);
    assert.deepEqual(emulator.requests().map(({ operation }) => operation), ["AssumeRoleWithSAML"]);
    const parameters = emulator.requests()[0]?.parameters ?? {};
    assert.deepEqual(
      [parameters["RoleArn"], parameters["PrincipalArn"], parameters["DurationSeconds"]],
      [ROLE, PROVIDER, undefined],
    );
  }));

Deno.test("takeRole() takes the role that was asked for out of many, with the configured SAML provider", () =>
  inWorld(async ({ login, assume }) => {
    const roles = [
      `${PROVIDER}, ${ROLE}-Audit`,
      `${ROLE},${OTHER_PROVIDER}`,
      `arn:aws:iam::123456789012:role/ReadOnlyAdminRole,${PROVIDER}`,
      ` ${PROVIDER} , ${ROLE} `,
    ];
    const session = await assume(await login({ roles }, { idpArn: PROVIDER }));
    assert.match(session.principalArn ?? "", /assumed-role\/AdminRole\//);
    assert.equal((await failureOf(assume(await login({ roles })))).code, "config-invalid");
  }));

Deno.test("takeRole() asks AWS for nothing that the assertion does not offer", () =>
  inWorld(async ({ emulator, login, assume }) => {
    const error = await failureOf(assume(await login(), { roleArn: ROLE.slice(0, -4) }));
    assert.equal(error.code, "refused");
    assert.equal(error.where, "auth.identities.admin.principal");
    assert.ok(error.hints.includes(`  ${ROLE} with ${PROVIDER}`));
    assert.equal((await failureOf(assume(await login({ sessionNames: [] })))).code, "refused");
    assert.equal(emulator.calls("AssumeRoleWithSAML"), 0);
  }));

Deno.test("takeRole() asks for the duration that somebody wished, else for the identity provider's", () =>
  inWorld(async ({ host, login, assume }) => {
    const lasts = async (parts: Partial<ResponseParts>, seconds?: number) => {
      const { expiresAt } = await assume(
        await login(parts),
        seconds === undefined ? {} : { seconds, own: true },
      );
      return (expiresAt - host.now()) / 1000;
    };
    assert.equal(await lasts({ sessionDuration: 7200 }), 7200);
    assert.equal(await lasts({ sessionDuration: 7200 }, 10_800), 10_800);
    assert.equal(await lasts({ sessionEndsAt: host.now() + 1_800_000 }, 10_800), 1800);
  }));

Deno.test("takeRole() gives an inherited duration up to the role's maximum, and an own one not", () =>
  inWorld(async ({ host, emulator, login, assume }) => {
    const role = emulator.state.seed.roles.find(({ arn }) => arn === ROLE);
    assert(role);
    role.maxSessionDuration = 3600;
    const session = await assume(await login(), { seconds: 43_200, own: false });
    assert.equal(session.expiresAt - host.now(), HOUR);
    assert.equal(emulator.calls("AssumeRoleWithSAML"), 2);
    assert.equal((await assume(await login({ sessionDuration: 43_200 }))).expiresAt - host.now(), HOUR);
    const error = await failureOf(assume(await login(), { seconds: 43_200, own: true }));
    assert.deepEqual([error.code, error.remoteCode], ["refused", "ValidationError"]);
    assert.match(error.hints[0] ?? "", /Lower the duration/);
  }));

Deno.test("takeRole() explains an assertion that came too late, and whose clock is to blame", () =>
  inWorld(async ({ host, emulator, login, assume }) => {
    const base = await login();
    host.advance(HOUR);
    const late = await failureOf(assume(base));
    assert.equal(late.code, "session-rejected");
    assert.match(late.hints[0] ?? "", /Log in again/);
    const skewed = await login();
    emulator.advance(HOUR);
    const error = await failureOf(assume(skewed));
    assert.ok(error.hints.some((hint) => /clock is 1h behind AWS's/.test(hint)), error.hints.join());
  }));

Deno.test("takeRole() explains a signature that AWS does not know and a role that does not trust the provider", () =>
  inWorld(async ({ emulator, login, assume }) => {
    const base = await login();
    emulator.state.seed.samlProviders = [samlSigner().provider(PROVIDER)];
    const unsigned = await failureOf(assume(base));
    assert.deepEqual([unsigned.code, unsigned.remoteCode], ["refused", "InvalidIdentityToken"]);
    assert.match(unsigned.hints[0] ?? "", /signs with a certificate/);
    emulator.state.seed.samlProviders = [signer.provider(PROVIDER)];
    emulator.state.seed.roles = emulator.state.seed.roles.filter(({ arn }) => arn !== ROLE);
    const denied = await failureOf(assume(base));
    assert.deepEqual([denied.code, denied.remoteCode], ["refused", "AccessDenied"]);
    assert.match(denied.hints[0] ?? "", /trust policy/);
    assert.ok(denied.requestId);
  }));
