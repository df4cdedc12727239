/** Whatever an untrusted file puts into keys that need trust, it reaches nothing, and a variable's value is never shown. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { main } from "../../lib/commands/mod.ts";
import { itemsOf, keysOf, type Schema, standingOf, valuesOf } from "../../lib/config/schema_parts.ts";
import { AUTH_SCHEMA, IDENTITY_SCHEMAS, PROVIDER_SCHEMAS } from "../../lib/config/schemas.ts";
import { fakeHost } from "../fake_host.ts";

const CANARY = "canary7f3a";
const SECRET = "not-a-real-secret-9d21";
/** The canary is the name of a variable, too: one that is not set could be named by anybody. */
const ENV = { HOME: "/home/ana", PATH: "/usr/bin", CANARY_VARIABLE: SECRET, [CANARY]: SECRET };
const HARMLESS = new Set(["free", "form", "unused", "log-file"]);

/** A key that needs trust for some of its values, as the path to it; `[]` is an item of a list. */
function needing(schema: Schema, path: readonly string[] = []): readonly (readonly string[])[] {
  const keys = keysOf(schema);
  if (keys !== undefined) {
    return Object.entries(keys).flatMap(([key, child]) => needing(child, [...path, key]));
  }
  const [item, inner] = [itemsOf(schema), valuesOf(schema)];
  const below = [
    ...(item === undefined ? [] : needing(item, [...path, "[]"])),
    ...(inner === undefined ? [] : needing(inner, [...path, "CANARY_NAME"])),
  ];
  if (below.length > 0) return below;
  return HARMLESS.has(standingOf(schema).rule) ? [] : [path];
}

type Tree = string | readonly Tree[] | { readonly [key: string]: Tree };

/** A value in flow style; a text is as it stands in the file. */
function yaml(tree: Tree): string {
  if (typeof tree === "string") return tree;
  if (Array.isArray(tree)) return `[${tree.map(yaml).join(", ")}]`;
  return `{${Object.entries(tree).map(([key, value]) => `${key}: ${yaml(value)}`).join(", ")}}`;
}

function put(tree: Tree | undefined, [key, ...rest]: readonly string[], value: Tree): Tree {
  if (key === undefined) return value;
  if (key === "[]") {
    const [first] = Array.isArray(tree) ? tree : [];
    return [put(first, rest, value)];
  }
  const map = typeof tree === "object" && !Array.isArray(tree) ? tree as Readonly<Record<string, Tree>> : {};
  return { ...map, [key]: put(map[key], rest, value) };
}

const BASES: Readonly<Record<string, Tree>> = {
  "aws/iam-identity-center": { region: "us-east-1", start_url: '"https://x.awsapps.com/start"' },
  "aws/saml": { region: "us-east-1", url: '"https://canary7f3a.example/saml"' },
  "github/oidc": { region: "us-east-1" },
  "oidc/token": { region: "us-east-1", spec: {} },
  "aws/permission-set": {
    via: { provider: "p" },
    principal: { name: "A", account: { id: '"123456789012"' } },
  },
  "aws/assume-role": {
    via: { provider: "p" },
    principal: { assume_role: '"arn:aws:iam::123456789012:role/R"' },
  },
  "aws/user": {},
};
const FOLLOWS: Readonly<Record<string, string>> = {
  "aws/iam-identity-center": "aws/permission-set",
  "aws/saml": "aws/assume-role",
  "github/oidc": "aws/assume-role",
  "oidc/token": "aws/assume-role",
};

/** A value for a key: literal, from a variable, or from a variable with a default. */
const valueFor = (path: readonly string[], form: "literal" | "variable" | "default"): string => {
  const last = path.at(-1) ?? "";
  const text = /url$/.test(last)
    ? `https://${CANARY}.example/x`
    : /_env$/.test(last)
    ? CANARY
    : `${CANARY}/x`;
  return form === "literal"
    ? `"${text}"`
    : form === "variable"
    ? "!env CANARY_VARIABLE"
    : `!env NOT_SET ${text}`;
};

interface Made {
  readonly text: string;
  readonly needs: number;
}

const configuration: fc.Arbitrary<Made> = fc.record({
  provider: fc.constantFrom(...Object.keys(PROVIDER_SCHEMAS)),
  isUser: fc.boolean(),
  picks: fc.array(
    fc.tuple(
      fc.nat(),
      fc.constantFrom("literal", "variable", "default") as fc.Arbitrary<"literal" | "variable" | "default">,
    ),
    { minLength: 1, maxLength: 4 },
  ),
}).map(({ provider, isUser, picks }) => {
  const kind = isUser ? "aws/user" : FOLLOWS[provider] ?? "";
  let providerTree = put(BASES[provider], ["kind"], provider);
  let identityTree = put(BASES[kind], ["kind"], kind);
  let keyring: Tree = {};
  const all = [
    ...(isUser
      ? []
      : needing((PROVIDER_SCHEMAS as Readonly<Record<string, Schema>>)[provider] as Schema).map((path) =>
        ["p", path] as const
      )),
    ...needing((IDENTITY_SCHEMAS as Readonly<Record<string, Schema>>)[kind] as Schema).map((path) =>
      ["i", path] as const
    ),
    ...needing(AUTH_SCHEMA).map((path) => ["k", path] as const),
  ];
  let needs = 0;
  for (const [index, form] of picks) {
    const [where, path] = all[index % all.length] ?? ["i", []];
    // Devices are open to anybody, and so are keys from variables.
    if (path.includes("mfa_arn") || (/access_key/.test(path.join(".")) && form !== "literal")) continue;
    // The keyring is used by what keeps something in it.
    needs += where === "k" && !isUser && provider !== "aws/iam-identity-center" ? 0 : 1;
    const value = valueFor(path, form);
    if (where === "p") providerTree = put(providerTree, path, value);
    else if (where === "i") identityTree = put(identityTree, path, value);
    else keyring = put(keyring, path, value);
  }
  const auth = {
    ...keyring as Readonly<Record<string, Tree>>,
    ...(isUser ? {} : { providers: { p: providerTree } }),
    identities: { e: identityTree },
  };
  return { text: `auth: ${yaml(auth)}\n`, needs };
});

const ACTING = [["whoami"], ["env"], ["exec", "--", "true"], ["login"], ["credential-process"], [
  "console",
  "--print-only",
], ["shell"]];
const SHOWING = [["list"], ["list", "--format", "json"], ["list", "--format", "mermaid"], ["doctor"], [
  "completion",
  "bash",
], ["logout", "--all", "--dry-run"]];
const EXPLAINING = [["validate", "--verbose"], ["explain", "-i", "e"], ["validate", "--format", "json"]];

async function ran(text: string, words: readonly string[]) {
  const host = fakeHost({
    env: ENV,
    workingDirectory: "/repo",
    files: { "/repo/.git/HEAD": "", "/repo/atmos.yaml": text },
    exchanges: () => new Response("", { status: 503 }),
    run: () => ({ code: 0 }),
    openUrl: () => true,
  });
  const code = await main(host, ["auth", ...words]);
  const bodies = await Promise.all(host.requests.map((request) => request.clone().text()));
  const { "/repo/atmos.yaml": _, ...files } = host.tree();
  const reached = JSON.stringify([
    host.called,
    bodies,
    host.requests.map(({ headers }) => [...headers]),
    host.commands,
    host.opened,
    host.browsers,
    files,
  ]);
  return { code, reached, written: host.written, told: host.told };
}

Deno.test("what an untrusted file says in keys that need trust reaches nothing, and is shown only where trust is asked for", async () => {
  await fc.assert(
    fc.asyncProperty(configuration, async ({ text, needs }) => {
      for (
        const words of [
          ...ACTING.map(([first = "", ...rest]) => [first, "-i", "e", ...rest]),
          ...SHOWING,
          ...EXPLAINING,
        ]
      ) {
        const { code, reached, written, told } = await ran(text, words);
        const shown = written + told;
        const about = `${words.join(" ")}\n${text}${shown}`;
        assert.equal(reached.includes(CANARY), false, about);
        assert.equal((reached + shown).includes(SECRET), false, about);
        if (SHOWING.includes(words)) assert.equal(shown.includes(CANARY), false, about);
        const isActing = !SHOWING.includes(words) && !EXPLAINING.includes(words);
        if (needs > 0 && isActing) assert.equal(code, 2, about);
      }
    }),
    { numRuns: 200 },
  );
});
