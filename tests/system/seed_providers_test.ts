/** The manual's configurations of providers: each leads to a session, in the way that the words around it say. */
import assert from "node:assert/strict";
import { SAML_USER, startSamlIdp } from "../emulator/saml_idp.ts";
import { blockText } from "../seed/blocks.ts";
import { atPage } from "./second_client.ts";
import { testIf } from "./program.ts";
import { type Project, startProject, whoami } from "./seed_project.ts";
import { eventually } from "./waiting.ts";

const SAML_ROLE = "arn:aws:iam::123456789012:role/AdminRole";
const SAML_PROVIDER = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const CHROMIUM = "/usr/bin/chromium";
const hasChromium = await Deno.stat(CHROMIUM).then(({ isFile }) => isFile, () => false);

Deno.test("AWS SSO with Permission Sets: accounts by name are looked up, and one login serves both identities", async () => {
  await using project = await startProject(blockText(142));
  const { aws } = project.world;
  for (
    const [words, account, role] of [["", "123456789012", "AdminAccess"], [
      "-i prod-readonly",
      "999999999999",
      "ReadOnlyAccess",
    ]]
  ) {
    const login = await project.sh(`atmos auth login ${words}`);
    assert.equal(login.code, 0, login.stderr);
    assert.match(login.stderr, new RegExp(`Account +${account}\n +Role +${role}\n`));
    assert.equal((await whoami(project, words))["account"], account);
  }
  assert.equal(aws.calls("StartDeviceAuthorization"), 1);
  assert.ok(aws.calls("ListAccounts") > 0);
  await project.world.assertNoLeaks();
});

Deno.test("AWS SSO with Permission Sets: an account by its id is used as it is, with no lookup", async () => {
  const byId = blockText(142).replace(/ +name: development\n +# OR.*\n( +)# (id: .*)/, "$1$2");
  assert.match(byId, /account:\n +id: "123456789012"\n/);
  await using project = await startProject(byId);
  const login = await project.sh("atmos auth login");
  assert.equal(login.code, 0, login.stderr);
  assert.equal((await whoami(project))["account"], "123456789012");
  assert.equal(project.world.aws.calls("ListAccounts"), 0);
});

testIf(
  hasChromium,
  "Chromium is not installed",
  "AWS SAML Authentication: a person logs in in the browser, and the assertion is for the role that comes next",
  async () => {
    await using idp = await startSamlIdp({ parts: { roles: [`${SAML_ROLE},${SAML_PROVIDER}`] } });
    await using project = await startProject(samlConfig(idp.loginUrl));
    const { world } = project;
    world.aws.state.seed.samlProviders.push(idp.signer.provider(SAML_PROVIDER));
    world.guard("password", SAML_USER.password);
    await writeChromium(project);
    assert.equal((await project.sh("atmos auth trust")).code, 0);
    const login = project.sh("atmos auth login", { env: { DISPLAY: ":0" } });
    await logInAtPage(`${world.home}/.local/share/atmos/browser`);
    const { code, stderr } = await login;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Log in at 127\.0\.0\.1:\d+ in the browser window that opens/);
    assert.match(
      String((await whoami(project))["principal"]),
      /:assumed-role\/AdminRole\/jane@example\.com$/,
    );
    assert.deepEqual([world.aws.calls("AssumeRoleWithSAML"), world.aws.calls("AssumeRole")], [1, 0]);
    assert.equal(idp.logins.wrong, 0);
  },
);

/** The manual's configuration; the identity provider is on this machine. */
function samlConfig(url: string): string {
  return blockText(170).replace(/https:\/\/company\.okta\.com\S+/, url);
}

/** What stands first on the PATH: root has no sandbox, a test machine no display, and the person at the page needs a port. */
async function writeChromium({ world }: Project): Promise<void> {
  const switches =
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --headless=new --remote-debugging-port=0";
  await world.write("bin/chromium", `#!/bin/sh\nexec ${CHROMIUM} ${switches} "$@"\n`);
  await Deno.chmod(`${world.home}/bin/chromium`, 0o755);
}

/** Fills in the form once the page is whole, and again when nothing has come of it for a while, until it is gone. */
const LOG_IN = `(() => {
  const form = document.querySelector("form:has([name=password])");
  if (form === null) return location.protocol !== "about:" && document.readyState === "complete";
  if (document.readyState !== "complete" || Date.now() - (window.sentAt ?? 0) < 5000) return false;
  window.sentAt = Date.now();
  form.elements.username.value = ${JSON.stringify(SAML_USER.username)};
  form.elements.password.value = ${JSON.stringify(SAML_USER.password)};
  form.querySelector("button, input[type=submit]").click();
  return false;
})()`;

async function logInAtPage(profiles: string): Promise<void> {
  const page = await atPage(`${profiles}/${await onlyNameIn(profiles)}`);
  await page.until(LOG_IN).finally(page.leave);
}

async function onlyNameIn(directory: string): Promise<string> {
  return await eventually(async () => {
    const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name).catch(
      (error: unknown) => {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      },
    );
    return names[0];
  }, () => `nothing in ${directory}`);
}

Deno.test("AWS SAML Authentication: any other kind than aws/assume-role is refused behind the provider", async () => {
  await using project = await startProject(
    blockText(170).replace("aws/assume-role", "aws/permission-set").replace(
      / +assume_role: .*/,
      "        name: AdminAccess\n        account: { name: production }",
    ),
  );
  const ran = await project.sh("atmos auth validate");
  assert.equal(ran.code, 2);
  assert.match(ran.stdout, /"okta-saml", which is aws\/saml: behind that comes an aws\/assume-role/);
});

Deno.test("AWS SAML Authentication: `provider_type` is still read, and its deprecation told", async () => {
  await using project = await startProject(
    blockText(170).replace("driver: Browser", "provider_type: Browser"),
  );
  const ran = await project.sh("atmos auth validate --verbose");
  assert.equal(ran.code, 0, ran.stdout);
  assert.match(ran.stdout, /provider_type[^]*driver/);
});

Deno.test("SAML Driver Options: without `driver` a browser is used where there is one, else what fits the URL", async () => {
  await using project = await startProject(blockText(170).replace(/^ +driver:.*\n/m, ""));
  await project.world.write("bin/chromium", "#!/bin/sh\n");
  await Deno.chmod(`${project.world.home}/bin/chromium`, 0o755);
  const chosen = async (display: string, url: string) => {
    await project.world.write(
      "atmos.yaml",
      blockText(170).replace(/^ +driver:.*\n/m, "").replace(/(url: ).*/, `$1${url}`),
    );
    assert.equal((await project.sh("atmos auth trust")).code, 0);
    const { code, stdout } = await project.sh("atmos auth validate --verbose", { env: { DISPLAY: display } });
    assert.equal(code, 0, stdout);
    return /\b(Browser|Okta|ADFS|GoogleApps)\b/.exec(
      /okta-saml \(aws\/saml\)[^]*?\n\n/.exec(stdout)?.[0] ?? "",
    )?.[1];
  };
  const okta = "https://company.okta.com/app/amazon_aws/abc123/sso/saml";
  assert.equal(await chosen(":0", okta), "Browser");
  assert.equal(await chosen("", okta), "Okta");
  assert.equal(await chosen("", "https://adfs.example.com/adfs/ls/idpinitiatedsignon.aspx"), "ADFS");
  assert.equal(
    await chosen("", "https://accounts.google.com/o/saml2/initsso?idpid=C01&spid=2"),
    "GoogleApps",
  );
});

Deno.test("GitHub Actions OIDC: in a job the configuration alone leads to the role", async () => {
  await using project = await startProject(blockText(202));
  const { aws } = project.world;
  const job = { ...aws.github, GITHUB_ACTIONS: "true", CI: "true", ATMOS_FORCE_TTY: undefined };
  const session = await whoami(project, "", job);
  assert.match(String(session["principal"]), /^arn:aws:sts::123456789012:assumed-role\/GitHubActionsRole\//);
  assert.equal(session["region"], "us-east-1");
  assert.equal(aws.requests("GithubToken")[0]?.parameters["audience"], "sts.us-east-1.amazonaws.com");
  await project.world.assertNoLeaks();
});
