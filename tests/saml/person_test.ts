import assert from "node:assert/strict";
import { Secret } from "../../lib/credentials.ts";
import { samlPerson } from "../../lib/saml/person.ts";
import { fakeHost, type FakeHostInit, typed } from "../fake_host.ts";
import { samlProvider } from "./provider.ts";

const url = "https://company.okta.com/app/amazon_aws/abc123/sso/saml";
const HOME = { HOME: "/home/jane" };
const typing = (...texts: readonly string[]): FakeHostInit => ({
  env: HOME,
  screen: { ansi: true },
  keys: texts.flatMap((text) => [...typed(text), "\r"]),
});

Deno.test("samlPerson() uses the configured username", async () => {
  const person = samlPerson(fakeHost(), samlProvider({ url, username: "jane" }));
  assert.equal(await person.username(), "jane");
});

Deno.test("samlPerson() prompts for the username once, and stores it after a successful login", async () => {
  const host = fakeHost(typing("jane"));
  const person = samlPerson(host, samlProvider({ url }));
  assert.equal(await person.username(), "jane");
  assert.equal(await person.username(), "jane");
  assert.deepEqual(host.tree(), {});
  await person.remember();
  const [[path, text] = []] = Object.entries(host.tree());
  assert.match(path ?? "", /^\/home\/jane\/\.local\/state\/atmos\/saml\/[0-9a-f]{32}\.username$/);
  assert.equal(text, "jane\n");
  const later = fakeHost({ env: HOME, files: host.tree() });
  assert.equal(await samlPerson(later, samlProvider({ url })).username(), "jane");
  const offered = fakeHost({ ...typing(""), files: host.tree() });
  assert.equal(await samlPerson(offered, samlProvider({ url })).username(), "jane");
});

Deno.test("samlPerson() stores no configured or unused username", async () => {
  const host = fakeHost({ env: HOME });
  const person = samlPerson(host, samlProvider({ url, username: "jane" }));
  await person.username();
  await person.remember();
  await samlPerson(host, samlProvider({ url })).remember();
  assert.deepEqual(host.changes, []);
});

Deno.test("samlPerson() takes the password from the configuration, then the variable, then a prompt", async () => {
  const env = { ...HOME, ATMOS_SAML_PASSWORD: "not-a-real-secret-variable" };
  const password = new Secret("not-a-real-secret-yaml");
  const reveal = async (host: FakeHostInit, parts: { password?: Secret } = {}) =>
    (await samlPerson(fakeHost(host), samlProvider({ url, username: "jane", ...parts })).password()).reveal();
  assert.equal(await reveal({ env }, { password }), "not-a-real-secret-yaml");
  assert.equal(await reveal({ env }), "not-a-real-secret-variable");
  const empty = { ...typing(" typed "), env: { ...HOME, ATMOS_SAML_PASSWORD: "" } };
  assert.equal(await reveal(empty), " typed ");
});

Deno.test("samlPerson() never shows or stores the password", async () => {
  const host = fakeHost(typing("not-a-real-secret"));
  const person = samlPerson(host, samlProvider({ url, username: "jane" }));
  await person.password();
  await person.remember();
  assert.ok(!host.told.includes("not-a-real-secret"));
  assert.match(host.told, /Password of jane at company\.okta\.com/);
  assert.deepEqual(host.tree(), {});
});

Deno.test("samlPerson() throws person-needed when it cannot prompt, and says what it needs", async () => {
  const person = samlPerson(fakeHost({ env: HOME }), samlProvider({ url }));
  const asked = [
    [() => person.username(), /a username is needed/],
    [
      () => samlPerson(fakeHost(), samlProvider({ url, username: "jane" })).password(),
      /a password is needed/,
    ],
    [() => person.code("Code"), /a one-time code is needed/],
    [() => person.choose("Which?", ["a", "b"]), /a choice is needed/],
  ] as const;
  for (const [ask, message] of asked) {
    await assert.rejects(ask, { code: "person-needed", where: "auth.providers.okta-saml", message });
  }
});

Deno.test("samlPerson() prompts for codes and choices at every call", async () => {
  const person = samlPerson(fakeHost(typing(" 123456 ", "654321")), samlProvider({ url }));
  assert.equal(await person.code("Code of Google Authenticator"), "123456");
  assert.equal(await person.code("Code of Google Authenticator"), "654321");
  const chooser = samlPerson(fakeHost({ ...typing(), keys: ["\x1b[B", "\r"] }), samlProvider({ url }));
  assert.equal(await chooser.choose("Which factor?", ["Push", "SMS"]), 1);
  assert.equal(await samlPerson(fakeHost(), samlProvider({ url })).choose("Which?", ["only"]), 0);
});

Deno.test("samlPerson() shows messages in one line, without control characters", () => {
  const host = fakeHost();
  samlPerson(host, samlProvider({ url })).tell("Approve \u001b[2J");
  assert.equal(host.told, "Approve \\u001b[2J\n");
});

Deno.test("samlPerson() takes the password from ATMOS_SAML_PASSWORD without prompting", async () => {
  const env = { ...HOME, ATMOS_SAML_PASSWORD: "not-a-real-secret-variable" };
  const person = samlPerson(fakeHost({ env }), samlProvider({ url, username: "jane" }));
  assert.equal((await person.password()).reveal(), "not-a-real-secret-variable");
});
