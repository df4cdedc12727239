import assert from "node:assert/strict";
import { BLOCKS } from "./blocks.ts";
import { exampleNeeds } from "./needs.ts";
import { pageText } from "./page.ts";
import { faultsOf, readProofs, wordsOf } from "./proofs.ts";

const entries = await readProofs();

Deno.test("every line of the manual is a heading, proved by tests that there are, or plain talk", async () => {
  assert.deepEqual(await faultsOf(entries), []);
});

Deno.test("docs/seed.md is what `deno task seed` writes", async () => {
  assert.equal(
    await Deno.readTextFile(new URL("../../docs/seed.md", import.meta.url)),
    pageText(entries, await exampleNeeds()),
  );
});

Deno.test("two of the manual's examples need trust: a host that is not AWS's, and a directory out of the clone", async () => {
  assert.deepEqual(Object.fromEntries(await exampleNeeds()), {
    170: ["sends your sign-in to https://company.okta.com/app/amazon_aws/abc123/sso/saml"],
    523: ["writes the AWS files below /custom/path/aws"],
  });
});

Deno.test("every block of the manual is run by a test that reads its file, but Playwright's own command", async () => {
  const unread = await Promise.all(BLOCKS.map(async ({ line }) => {
    const files = entries.filter(({ first }) => first === line).flatMap(({ proofs }) => proofs).map((
      { file },
    ) => file);
    const ours = [...new Set(files)].filter((file) => file.startsWith("system/seed_"));
    const sources = await Promise.all(
      ours.map((file) => Deno.readTextFile(new URL(`../${file}`, import.meta.url))),
    );
    return sources.some((source) => new RegExp(`\\((?:project, )?${line}\\b`).test(source)) ? [] : [line];
  }));
  assert.deepEqual(unread.flat(), [195]);
});

Deno.test("faultsOf() finds lines that are left out, words and tests that are not there, and promises without proof", async () => {
  const [title, ...others] = entries;
  assert.ok(title?.verdict.type === "heading");
  const found = async (...changed: typeof entries) =>
    (await faultsOf(changed)).map((fault) => fault.replace(/^\d+: /, ""));
  assert.deepEqual(await found(title, ...others.filter(({ first }) => first !== 3)), [
    "line 3 should come next",
  ]);
  assert.deepEqual(await found({ ...title, start: "no such words" }, ...others), [
    'the manual does not say "no such words"',
  ]);
  assert.deepEqual(await found({ ...title, start: "auth" }, ...others), [
    'what stands before "auth" is left out',
  ]);
  assert.deepEqual(await found({ ...title, verdict: { type: "proved" } }, ...others), ["nothing proves it"]);
  const proofs = [{ file: "seed/page_test.ts", name: ["no", "such", "test"].join(" ") }];
  assert.deepEqual(await found({ ...title, verdict: { type: "proved" }, proofs }, ...others), [
    "there is no test seed/page_test.ts: no such test",
  ]);
  assert.deepEqual(await found({ ...title, proofs: others[0]?.proofs ?? [] }, ...others), [
    "nothing here could be proved",
  ]);
  const last = others.findLastIndex(({ first }) => first === 629);
  assert.deepEqual(await found(title, ...others.slice(0, last)), [
    "the proofs end at line 628, the manual at 629",
  ]);
});

Deno.test("wordsOf() parts the sentences of one line", () => {
  const at = (start: string) => ({
    first: 2,
    last: 2,
    start,
    verdict: { type: "talk" } as const,
    proofs: [],
  });
  assert.equal(
    wordsOf(at("It supports SAML"), at("By consolidating")),
    "It supports SAML, SSO, OIDC, GitHub Actions, and static user identities.",
  );
});
