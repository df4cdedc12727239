import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { awsDirectory, directoryName, sectionName } from "../../lib/files/names.ts";
import { fakeHost } from "../fake_host.ts";

Deno.test("directoryName() leaves plain names as they are", () => {
  for (const name of ["my-sso", "aws-user", "Company SSO (EU)", "a.b_c@d+e=f,g"]) {
    assert.equal(directoryName(name), name);
  }
});

Deno.test("directoryName() encodes what a file system could misread", () => {
  assert.deepEqual(
    ["a/b", "a\\b", "..", ".hidden", "a.", "a ", " a", "~", "con", "LPT1.x", "a%2Fb", "a\nb", "a:b", "ü", ""]
      .map((name) => directoryName(name)),
    [
      "a%2Fb",
      "a%5Cb",
      "%2E%2E",
      "%2Ehidden",
      "a%2E",
      "a%20",
      "%20a",
      "%7E",
      "%63on",
      "%4CPT1.x",
      "a%252Fb",
      "a%0Ab",
      "a%3Ab",
      "%C3%BC",
      "%",
    ],
  );
});

Deno.test("directoryName() gives different names to different names, each one safe on every system", () => {
  const name = fc.string({ unit: fc.constantFrom(...'aA%2F/\\. :~ü\n"日c'), maxLength: 6 });
  fc.assert(fc.property(name, name, (a, b) => {
    assert.equal(directoryName(a, ["credentials"]) === directoryName(b, ["credentials"]), a === b);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.ok(!/[\x00-\x1f/\\:*?"<>|]|^[. ~]|[. ]$|[^\x00-\x7f]/.test(directoryName(a)));
  }));
});

Deno.test("sectionName() is the name where every SDK reads it back, else percent-encoded", () => {
  assert.deepEqual(
    ["dev-admin", "a_b@c+d.e%f:g/h", "with space", "100 %", "a]b", "ü", "a\nb"].map(sectionName),
    ["dev-admin", "a_b@c+d.e%f:g/h", "with%20space", "100%20%25", "a%5Db", "%C3%BC", "a%0Ab"],
  );
});

Deno.test("awsDirectory() is below the configuration home, by realm and provider", () => {
  const host = fakeHost({ env: { HOME: "/home/me" } });
  assert.equal(awsDirectory(host, { provider: "my-sso" }), "/home/me/.config/atmos/aws/my-sso");
  assert.equal(awsDirectory(host, { provider: "my-sso", realm: "" }), "/home/me/.config/atmos/aws/my-sso");
  assert.equal(
    awsDirectory(host, { provider: "my-sso", realm: "team" }),
    "/home/me/.config/atmos/team/aws/my-sso",
  );
  assert.equal(
    awsDirectory(host, { provider: "../x", realm: "a/b" }),
    "/home/me/.config/atmos/a%2Fb/aws/%2E.%2Fx",
  );
  const windows = fakeHost({ os: "windows", env: { APPDATA: "C:\\Roaming" } });
  assert.equal(awsDirectory(windows, { provider: "con" }), "C:\\Roaming\\atmos\\aws\\%63on");
});

Deno.test("awsDirectory() takes spec.files.base_path in the place of the configuration home", () => {
  const host = fakeHost({ env: { HOME: "/home/me" } });
  assert.equal(awsDirectory(host, { provider: "p", basePath: "~/creds" }), "/home/me/creds/p");
  assert.equal(awsDirectory(host, { provider: "p", basePath: "/c/", realm: "r" }), "/c/r/p");
  assert.throws(
    () => awsDirectory(host, { provider: "p", basePath: "creds" }),
    (error) => isAuthError(error, "config-invalid"),
  );
});

Deno.test("awsDirectory() never mixes the directory of a provider with a file or directory of another", () => {
  const host = fakeHost({ env: { HOME: "/home/me" } });
  const owners = [
    { provider: "aws" },
    { provider: "aws", realm: "aws" },
    { provider: "credentials", realm: "aws" },
    { provider: "credentials", basePath: "/b", realm: "x" },
    { provider: "x", basePath: "/b" },
  ];
  const directories = owners.map((owner) => awsDirectory(host, owner));
  assert.equal(new Set(directories).size, owners.length);
  const files = directories.flatMap((directory) => [`${directory}/credentials`, `${directory}/config`]);
  const isOnTheWay = (file: string) =>
    directories.some((each) => each === file || each.startsWith(`${file}/`));
  assert.deepEqual(files.filter(isOnTheWay), []);
});
