/**
 * The Browser driver with a real Chromium: against the emulator's identity provider and against Debian's
 * simplesamlphp. A second DevTools client does what a person would do at the page.
 */
import assert from "node:assert/strict";
import { derived } from "../../lib/session/derive.ts";
import { Secret } from "../../lib/credentials.ts";
import type { Host } from "../../lib/host.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { browserDriver, type Transport } from "../../lib/host_deno/driven_browser.ts";
import { takeRole } from "../../lib/identities/aws_assume_role.ts";
import { authenticateSaml } from "../../lib/providers/aws_saml.ts";
import { readAssertion } from "../../lib/saml/assertion.ts";
import { loginWithBrowser } from "../../lib/saml/browser.ts";
import { browserProfile } from "../../lib/saml/browser_profile.ts";
import type { NamedSamlProvider } from "../../lib/saml/types.ts";
import { role } from "../chain/samples.ts";
import { failureOf } from "../failing.ts";
import { defaultSeed, startEmulator } from "../emulator/mod.ts";
import { SAML_USER, startSamlIdp } from "../emulator/saml_idp.ts";
import { samlProvider, UNASKED } from "../saml/provider.ts";
import { missingProgram, SIMPLE_USER, startSimpleSamlPhp } from "./simplesamlphp.ts";
import { atPage } from "./second_client.ts";

const ROLE = "arn:aws:iam::123456789012:role/AdminRole";
const PROVIDER = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const VIA = { provider: "okta-saml" };
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

const chromium = await firstFile(CHROMIUM);
const noSimpleSamlPhp = await missingProgram();

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await Deno.stat(path).catch((cause) => {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw cause;
    });
    if (found?.isFile) return path;
  }
  return undefined;
}

interface World {
  /** A machine of a person's own, with a display, as far as the driver can tell. */
  readonly host: Host;
  /** The same with nobody at it. */
  readonly unattended: Host;
  readonly directory: string;
  readonly provider: (url: string) => NamedSamlProvider;
}

/** Stands under its own name among the skipped when a program is not there. */
function browserTest(name: string, run: (world: World) => Promise<void>, missing?: string): void {
  const lacking = chromium === undefined ? "Chromium" : missing;
  Deno.test({
    name: `Chromium: ${name}${lacking === undefined ? "" : ` (skipped: ${lacking} is not installed)`}`,
    ignore: lacking !== undefined,
    fn: async () => {
      const directory = await Deno.makeTempDir({ prefix: "atmos-saml-" });
      try {
        await run(await worldIn(directory));
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

async function worldIn(directory: string): Promise<World> {
  const program = `${directory}/chromium`;
  // Root has no sandbox, CI has no display, and the test wants to see the page too. People's browsers get none of this.
  const switches =
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --headless=new --remote-debugging-port=0";
  await Deno.writeTextFile(program, `#!/bin/sh\nexec ${chromium} ${switches} "$@"\n`, { mode: 0o755 });
  const variables: Record<string, string> = { HOME: directory, PATH: "/usr/bin:/bin" };
  const unattended = derived(denoHost(), {
    os: "linux",
    fetch: (request) => fetch(request),
    env: (name) => variables[name],
    tell: () => {},
    prompt: undefined,
    interrupted: new AbortController().signal,
  });
  const nothingTyped = () => Promise.resolve(undefined);
  return {
    unattended,
    host: derived(unattended, {
      env: (name) => ({ ...variables, DISPLAY: ":0" })[name],
      prompt: {
        line: nothingTyped,
        keys: () => ({ next: nothingTyped, [Symbol.asyncDispose]: async () => {} }),
      },
    }),
    directory,
    provider: (url) => samlProvider({ url, browserExecutablePath: program }),
  };
}

const login = async (host: Host, provider: NamedSamlProvider) =>
  (await loginWithBrowser(host, provider, UNASKED)).reveal();

const readAssertionOf = (base64: string) => readAssertion(new Secret(base64), "auth.providers.okta-saml");

const page = async ({ host }: World, { name, config }: NamedSamlProvider) =>
  await atPage(await browserProfile(host, name, config.url));

/** Fills the login form as a person would: not before the page is whole, since Chromium may drop a click until then. */
const LOG_IN = ({ username, password }: typeof SAML_USER) =>
  `(() => {
    const form = document.querySelector("form:has([name=password])");
    if (form === null || document.readyState !== "complete") return false;
    form.elements.username.value = ${JSON.stringify(username)};
    form.elements.password.value = ${JSON.stringify(password)};
    form.querySelector("button, input[type=submit]").click();
    return true;
  })()`;

const trusted = { parts: { roles: [`${ROLE},${PROVIDER}`], sessionDuration: 7200 } };

browserTest("a person logs in, and the assertion becomes a session of the role", async (world) => {
  await using idp = await startSamlIdp(trusted);
  const seed = defaultSeed();
  seed.samlProviders.push(idp.signer.provider(PROVIDER));
  await using emulator = await startEmulator({ seed });
  const { name, config } = world.provider(idp.loginUrl);
  const [base] = await Promise.all([
    authenticateSaml(world.host, name, config),
    page(world, { name, config }).then((at) => at.until(LOG_IN(SAML_USER)).finally(at.leave)),
  ]);
  const place = { region: "us-east-1", endpointUrl: emulator.url };
  const wish = { seconds: undefined, own: false };
  const session = await takeRole(world.host, "admin", role(VIA, { roleArn: ROLE }), place, base, wish);
  assert.equal(session.principalArn, "arn:aws:sts::123456789012:assumed-role/AdminRole/jane@example.com");
  assert.ok(Math.abs(session.expiresAt - session.issuedAt - 7_200_000) < 5_000);
  assert.deepEqual(idp.logins, { right: 1, wrong: 0 });
});

browserTest("the next login needs nobody while the identity provider knows the browser", async (world) => {
  await using idp = await startSamlIdp(trusted);
  const provider = world.provider(idp.loginUrl);
  await Promise.all([
    login(world.host, provider),
    page(world, provider).then((at) => at.until(LOG_IN(SAML_USER)).finally(at.leave)),
  ]);
  const again = await login(world.unattended, provider);
  assert.equal(readAssertionOf(again).roles.length, 1);
  assert.deepEqual(idp.logins, { right: 1, wrong: 0 });
  const profile = await browserProfile(world.host, provider.name, provider.config.url);
  assert.equal(((await Deno.stat(profile)).mode ?? 0) & 0o777, 0o700);
});

browserTest("a login in a new window is seen as well", async (world) => {
  await using idp = await startSamlIdp({ ...trusted, open: true });
  const provider = world.provider(`${idp.origin}/popup`);
  const click =
    `(() => { const link = document.querySelector("#app"); link?.click(); return link !== null; })()`;
  const [response] = await Promise.all([
    login(world.host, provider),
    page(world, provider).then((at) => at.until(click).finally(at.leave)),
  ]);
  assert.equal(readAssertionOf(response).roles[0]?.roleArn, ROLE);
});

browserTest("a response of ninety kilobytes comes through whole", async (world) => {
  const roles = Array.from({ length: 500 }, (_, index) => `${ROLE}${index},${PROVIDER}`);
  await using idp = await startSamlIdp({ open: true, parts: { roles } });
  const response = await login(world.unattended, world.provider(idp.loginUrl));
  assert.ok(response.length > 80_000 && response.length < 100_000, String(response.length));
  assert.equal(readAssertionOf(response).roles.length, 500);
});

browserTest("a closed window ends the login", async (world) => {
  await using idp = await startSamlIdp(trusted);
  const provider = world.provider(idp.loginUrl);
  const [error] = await Promise.all([
    failureOf(login(world.host, provider)),
    page(world, provider).then(async (at) => {
      await at.until(`document.querySelector("form") !== null`);
      await at.close();
    }),
  ]);
  assert.equal(error.code, "login-not-approved");
});

browserTest("wrong addresses are told apart", async (world) => {
  await using idp = await startSamlIdp({ open: true });
  const codeOf = async (url: string) => (await failureOf(login(world.unattended, world.provider(url)))).code;
  assert.equal(await codeOf(`${idp.origin}/other`), "config-invalid");
  assert.equal(await codeOf(`${idp.origin}/empty`), "bad-answer");
  assert.equal(await codeOf(`${idp.origin}/nothing-here`), "bad-answer");
  await idp[Symbol.asyncDispose]();
  assert.equal(await codeOf(`${idp.origin}/app`), "unreachable");
});

browserTest("a program that is no browser is named", async (world) => {
  const { name, config } = world.provider("https://idp.example.com/app");
  const provider = (program: string) => ({ name, config: { ...config, browserExecutablePath: program } });
  const noProgram = `${world.directory}/text`;
  await Deno.writeTextFile(noProgram, "", { mode: 0o644 });
  const ended = await failureOf(login(world.unattended, provider("/bin/true")));
  assert.match(ended.message, /\/bin\/true ended before it showed a page/);
  assert.equal(
    (await failureOf(login(world.unattended, provider(noProgram)))).code,
    "command-not-executable",
  );
});

for (const transport of ["pipe", "port"] satisfies Transport[]) {
  browserTest(`the protocol is spoken over a ${transport}`, async ({ unattended, provider }) => {
    await using idp = await startSamlIdp({ ...trusted, open: true });
    const host = derived(unattended, { browse: browserDriver("linux", transport) });
    const response = await login(host, provider(idp.loginUrl));
    assert.equal(readAssertionOf(response).roles.length, 1);
    // A link that a running browser holds its profile with.
    const profile = await browserProfile(host, "okta-saml", idp.loginUrl);
    await assert.rejects(Deno.lstat(`${profile}/SingletonLock`), Deno.errors.NotFound);
  });
}

browserTest(
  "simplesamlphp's own login form leads to its signed assertion, roles in either order",
  async (world) => {
    const directory = `${world.directory}/idp`;
    await Deno.mkdir(directory);
    await using idp = await startSimpleSamlPhp(directory, [
      `${ROLE},${PROVIDER}`,
      `${PROVIDER},${ROLE}-Audit`,
    ]);
    const provider = world.provider(idp.loginUrl);
    const [response] = await Promise.all([
      login(world.host, provider),
      page(world, provider).then((at) => at.until(LOG_IN(SIMPLE_USER)).finally(at.leave)),
    ]);
    const { roles, sessionNames, sessionSeconds, recipient, audiences, encrypted } = readAssertionOf(
      response,
    );
    assert.deepEqual(roles, [
      { roleArn: ROLE, providerArn: PROVIDER },
      { roleArn: `${ROLE}-Audit`, providerArn: PROVIDER },
    ]);
    assert.deepEqual([sessionNames, sessionSeconds, encrypted], [["jane@example.com"], 7200, false]);
    assert.deepEqual([recipient, audiences], ["https://signin.aws.amazon.com/saml", [
      "urn:amazon:webservices",
    ]]);
    const again = await login(world.unattended, provider);
    assert.notEqual(again, response);
    assert.deepEqual(readAssertionOf(again).roles, roles);
  },
  noSimpleSamlPhp,
);
