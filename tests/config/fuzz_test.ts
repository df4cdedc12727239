import assert from "node:assert/strict";
import fc from "fast-check";
import { FILE, loadText } from "./setup.ts";

const word = fc.constantFrom(
  "aws/user",
  "aws/assume-role",
  "aws/permission-set",
  "aws/iam-identity-center",
  "aws/saml",
  "oidc/token",
  "azure/oidc",
  "sso",
  "SSO",
  "a",
  "b",
  "us-east-1",
  "cn-north-1",
  "https://x.example/start",
  "http://x.example",
  "arn:aws:iam::111122223333:role/A",
  "111122223333",
  "1h",
  "2d",
  "true",
  "false",
  "~/.aws",
  "../x",
  "",
  "!exec ls",
  "!env SET",
  "!env UNSET",
  "!include none.yaml",
  "{}",
  "[]",
  "[a, {key: B, value: c}]",
  "{A: b}",
);
const key = fc.constantFrom(
  "kind",
  "Kind",
  "via",
  "provider",
  "identity",
  "principal",
  "assume_role",
  "name",
  "account",
  "id",
  "region",
  "url",
  "start_url",
  "session",
  "duration",
  "credentials",
  "access_key_id",
  "secret_access_key",
  "mfa_arn",
  "mfa_command",
  "spec",
  "endpoint_url",
  "files",
  "base_path",
  "token_env",
  "env",
  "tags",
  "default",
  "driver",
  "__proto__",
  "constructor",
  "toString",
);
type Tree = string | { readonly [key: string]: Tree };
const { tree } = fc.letrec<{ tree: Tree; map: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, word, tie("map")),
  map: fc.uniqueArray(fc.tuple(key, tie("tree")), { selector: ([name]) => name, maxLength: 6 }).map((
    entries,
  ) => Object.fromEntries(entries)),
}));
const write = (value: Tree): string =>
  typeof value === "string"
    ? value
    : `{${Object.entries(value).map(([name, inner]) => `${name}: ${write(inner)}`).join(", ")}}`;

Deno.test("loadConfig() takes any tree: it never throws, and an entry has no configuration exactly when it is blocked", async () => {
  const section = fc.dictionary(fc.constantFrom("sso", "a", "b", "c", "__proto__"), tree, { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(section, section, fc.boolean(), async (providers, identities, inRepository) => {
      const text = `auth:\n  providers: ${write(providers)}\n  identities: ${write(identities)}\n`;
      const files: Record<string, string> = inRepository ? { "/work/.git/HEAD": "" } : {};
      const { auth, problems } = await loadText(text, { files, env: { SET: "a" } });
      for (const entry of [...auth.providers.values(), ...auth.identities.values()]) {
        assert.equal(entry.config === undefined, entry.problems.some(({ blocks }) => blocks), entry.name);
        for (const problem of entry.problems) assert.ok(problems.includes(problem));
      }
      for (const problem of problems) {
        assert.equal(problem.at?.file, FILE);
        assert.ok(problem.severity === "warning" || problem.blocks);
      }
    }),
    { numRuns: 400 },
  );
});
