/** The form drivers from `atmos.yaml` to a session, through the real command line and real HTTP. */
import assert from "node:assert/strict";
import { startAdfs } from "../emulator/idp/adfs.ts";
import { startGoogle } from "../emulator/idp/google.ts";
import { type Idp, IDP_USER } from "../emulator/idp/idp.ts";
import { startOkta } from "../emulator/idp/okta.ts";
import { assertFailed } from "./clear.ts";
import { startWorld, type World } from "./world.ts";

const PROVIDER_ARN = "arn:aws:iam::123456789012:saml-provider/okta-saml";
const ROLE_ARN = "arn:aws:iam::123456789012:role/AdminRole";

function config(driver: string, idp: Idp, role = ROLE_ARN): string {
  return `auth:
  providers:
    corp:
      kind: aws/saml
      region: us-east-1
      url: "${idp.loginUrl}"
      idp_arn: ${PROVIDER_ARN}
      driver: ${driver}
      username: ${IDP_USER.username}
  identities:
    saml-admin:
      kind: aws/assume-role
      default: true
      via: { provider: corp }
      principal: { assume_role: "${role}" }
`;
}

/** The person's own configuration, which needs no trust. */
const OWN = ".atmos/atmos.yaml";

/** A world whose AWS trusts the identity provider. */
async function samlWorld(idp: Idp): Promise<World> {
  const world = await startWorld();
  world.aws.state.seed.samlProviders.push(idp.signer.provider(PROVIDER_ARN));
  world.guard("password", IDP_USER.password);
  return world;
}

const DRIVERS: readonly (readonly [string, () => Promise<Idp>])[] = [
  ["Okta", () => startOkta({ factors: [] })],
  ["ADFS", () => startAdfs({})],
  ["GoogleApps", () => startGoogle({ challenges: [] })],
];

for (const [driver, startIdp] of DRIVERS) {
  Deno.test(`${driver}: a password leads to the role's session, asked of AWS once, and no keyring is opened`, async () => {
    await using idp = await startIdp();
    await using world = await samlWorld(idp);
    await world.write(OWN, config(driver, idp));
    // The system keyring is the default, and there is none here: a chain that needs one would fail.
    const env = { ATMOS_SAML_PASSWORD: IDP_USER.password, ATMOS_KEYRING_PASSWORD: undefined };
    const login = await world.run(["auth", "login"], { env });
    assert.equal(login.code, 0, login.stderr);
    const who = await world.run(["auth", "whoami", "-o", "json"], {
      env: { ATMOS_KEYRING_PASSWORD: undefined },
    });
    assert.equal(who.code, 0, who.stderr);
    assert.match(JSON.parse(who.stdout).principal, /^arn:aws:sts::123456789012:assumed-role\/AdminRole\//);
    assert.deepEqual([world.aws.calls("AssumeRoleWithSAML"), world.aws.calls("AssumeRole")], [1, 0]);
    assert.deepEqual(idp.passwords, { right: 1, wrong: 0 });
    const verified = await world.run(["auth", "whoami", "--verify"], {
      env: { ATMOS_KEYRING_PASSWORD: undefined },
    });
    assert.equal(verified.code, 0, verified.stderr);
    await world.assertNoLeaks();
  });

  Deno.test(`${driver}: a wrong password is tried once and told; a role that is not offered is not replaced`, async () => {
    await using idp = await startIdp();
    await using world = await samlWorld(idp);
    await world.write(OWN, config(driver, idp));
    const wrong = await world.run(["auth", "login"], { env: { ATMOS_SAML_PASSWORD: "not-the-password" } });
    assertFailed(wrong, 4, /password/i);
    assert.deepEqual(idp.passwords, { right: 0, wrong: 1 });
    assertFailed(await world.run(["auth", "login"]), 3, /password/i);
    await world.write(OWN, config(driver, idp, "arn:aws:iam::123456789012:role/Admin"));
    const other = await world.run(["auth", "login"], { env: { ATMOS_SAML_PASSWORD: IDP_USER.password } });
    assertFailed(other, 4, /AdminRole/);
    assert.equal(world.aws.calls("AssumeRoleWithSAML"), 0);
    await world.assertNoLeaks();
  });
}

Deno.test("a cloned repository does not get the password of ATMOS_SAML_PASSWORD until it is trusted", async () => {
  await using idp = await startOkta({ factors: [] });
  await using world = await samlWorld(idp);
  await world.write("clone/.git/HEAD", "ref: refs/heads/main\n");
  await world.write("clone/atmos.yaml", config("Okta", idp));
  const options = { directory: `${world.home}/clone`, env: { ATMOS_SAML_PASSWORD: IDP_USER.password } };
  for (const words of [["login"], ["env"]]) {
    assertFailed(
      await world.run(["auth", ...words], options),
      2,
      /sends your sign-in to [^]*atmos auth trust/,
    );
  }
  assert.equal((await world.run(["auth", "whoami"], options)).code, 2);
  assert.deepEqual(idp.passwords, { right: 0, wrong: 0 });
  const trusted = await world.run(["auth", "trust"], options);
  assert.equal(trusted.code, 0, trusted.stderr);
  assert.match(trusted.stderr, /sends your sign-in to http:\/\/127\.0\.0\.1:/);
  const login = await world.run(["auth", "login"], options);
  assert.equal(login.code, 0, login.stderr);
  await world.assertNoLeaks();
});

Deno.test("`login --all` asks for the password once, however many identities start from the provider", async () => {
  await using idp = await startOkta({ factors: [] });
  await using world = await samlWorld(idp);
  const others = ["second", "third"].map((name) =>
    `    ${name}: { kind: aws/assume-role, via: { provider: corp }, principal: { assume_role: "${ROLE_ARN}", duration: 15m } }\n`
  );
  await world.write(OWN, `${config("Okta", idp)}${others.join("")}`);
  const env = { ATMOS_SAML_PASSWORD: IDP_USER.password };
  const login = await world.run(["auth", "login", "--all"], { env });
  assert.equal(login.code, 0, login.stderr);
  assert.match(login.stderr, /^✓ second .*\n✓ third /m);
  assert.deepEqual([idp.passwords, world.aws.calls("AssumeRoleWithSAML")], [{ right: 1, wrong: 0 }, 3]);
  await world.assertNoLeaks();
});
