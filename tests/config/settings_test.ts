import assert from "node:assert/strict";
import { loadText, problemsOf } from "./setup.ts";

Deno.test("realm: the variable beats the file, and both must be realms", async () => {
  const realm = async (text: string, value?: string) =>
    (await loadText(text, value === undefined ? {} : { env: { ATMOS_AUTH_REALM: value } })).auth.realm;
  assert.equal(await realm("auth: {realm: team-a}\n"), "team-a");
  assert.equal(await realm("auth: {realm: team-a}\n", "team_b"), "team_b");
  assert.equal(await realm("auth: {realm: team-a}\n", ""), "team-a");
  assert.equal(await realm("auth: {}\n"), undefined);
  for (const bad of ["Team", "-a", "a-", "a--b", "a__b", "a/b", "a b", "x".repeat(65)]) {
    assert.deepEqual(await problemsOf(`auth:\n  realm: "${bad}"\n`), [
      "2:10 error malformed-realm auth.realm",
    ], bad);
    assert.deepEqual(await problemsOf("", { env: { ATMOS_AUTH_REALM: bad } }), [
      "- error malformed-realm ATMOS_AUTH_REALM",
    ]);
  }
});

Deno.test("keyring: the variable beats the file; an unknown type is an error, never another type", async () => {
  const keyring = async (text: string, value?: string) =>
    (await loadText(text, value === undefined ? {} : { env: { ATMOS_KEYRING_TYPE: value } })).auth.keyring;
  assert.deepEqual(await keyring("auth: {keyring: {type: File, spec: {path: k, password_env: PW}}}\n"), {
    type: "file",
    path: "/work/k",
    passwordVariable: "PW",
  });
  assert.equal((await keyring("auth: {keyring: {type: file}}\n", "memory")).type, "memory");
  assert.deepEqual(await problemsOf("auth:\n  keyring: {type: vault}\n"), [
    "2:19 error unknown-keyring-type auth.keyring.type",
  ]);
  assert.deepEqual(await problemsOf("", { env: { ATMOS_KEYRING_TYPE: "flie" } }), [
    "- error unknown-keyring-type ATMOS_KEYRING_TYPE",
  ]);
});

Deno.test("logs: auth.logs goes over logs, key by key; words in any case; the standard streams mean stderr", async () => {
  const logs = async (text: string) => (await loadText(text)).auth.logs;
  assert.deepEqual(await logs("logs: {level: Info, file: /tmp/a}\nauth: {logs: {level: DEBUG}}\n"), {
    level: "debug",
    file: "/tmp/a",
  });
  assert.deepEqual(await logs("logs: {level: Warning, file: /dev/stderr, other: x}\n"), {
    level: "warn",
    file: undefined,
  });
  assert.deepEqual(await logs("auth: {logs: {file: /dev/stdout}}\n"), { level: undefined, file: undefined });
  assert.deepEqual(await problemsOf("auth:\n  logs: {level: Loud}\n"), [
    "2:17 error unknown-log-level auth.logs.level",
  ]);
  assert.deepEqual(await problemsOf("logs: {level: Loud}\n"), ["1:15 error unknown-log-level logs.level"]);
  assert.deepEqual(await problemsOf("auth:\n  logs: {level: !env LEVEL}\n"), [
    "2:22 warning unset-variable auth.logs.level",
  ]);
});

Deno.test("console: isolated and isolated_sessions are one", async () => {
  for (const key of ["isolated", "isolated_sessions"]) {
    assert.equal((await loadText(`auth: {console: {${key}: true}}\n`)).auth.consoleIsolated, true);
  }
  assert.equal((await loadText("auth: {}\n")).auth.consoleIsolated, false);
});

Deno.test("an unset variable in a setting of everything blocks everything", async () => {
  const { problems } = await loadText("auth:\n  realm: !env REALM\n");
  assert.deepEqual(problems.map(({ code, blocks, about }) => [code, blocks, about]), [[
    "unset-variable",
    true,
    undefined,
  ]]);
});

Deno.test("a wrong log level is an error that takes nothing out of use, and loses no other setting", async () => {
  const { auth, problems } = await loadText("auth:\n  realm: team\n  logs: {level: Loud}\n");
  assert.deepEqual(problems, [{
    severity: "error",
    code: "unknown-log-level",
    path: "auth.logs.level",
    at: { file: "/work/atmos.yaml", line: 3, column: 17 },
    reason: '"Loud" is not known here',
    hint: "One of: Off, Error, Warn, Warning, Info, Debug, Trace",
    blocks: false,
    about: { type: "logs" },
  }]);
  assert.equal(auth.realm, "team");
});

Deno.test("keyring: a variable that programs need cannot be the one with the password", async () => {
  const problems = (name: string) => problemsOf(`auth:\n  keyring: {spec: {password_env: ${name}}}\n`);
  for (
    const name of [
      "PATH",
      "HOME",
      "SystemRoot",
      "AWS_PROFILE",
      "LD_PRELOAD",
      "LC_ALL",
      "ATMOS_IDENTITY",
      "A-B",
    ]
  ) {
    assert.deepEqual(
      await problems(name),
      ["2:34 error reserved-variable auth.keyring.spec.password_env"],
      name,
    );
  }
  for (
    const name of ["PW", "MY_PASSWORD", "ATMOS_KEYRING_PASSWORD", "PATHS", "MY_PATH", "AWSPW", "KEYRING_PASS"]
  ) {
    assert.deepEqual(await problems(name), [], name);
  }
});
