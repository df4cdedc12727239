/** Every transcript does what it says. `UPDATE_TRANSCRIPTS=1` writes what it does instead: read the difference. */
import assert from "node:assert/strict";
import { parseTranscript, shellWords, withExpectations } from "./commands/transcript_format.ts";
import { type Outcome, runTranscript } from "./commands/transcript_runner.ts";
import { assertDocument, schemaCommand } from "./output/schemas.ts";

const DIRECTORY = new URL("./transcripts/", import.meta.url);
const updates = Deno.env.get("UPDATE_TRANSCRIPTS") === "1";

/** Commands whose standard output is the session itself. */
const PRINTS_SECRETS = /^\S+ (?:auth )?(?:env|credential-process)\b/;
/** What `console` shows to whoever asked for it. */
const SIGNIN_TOKEN = /\bSigninToken=[\w+/=%-]+/g;

function assertNoSecret({ command, written, told }: Outcome, secrets: readonly string[]): void {
  const shown = PRINTS_SECRETS.test(command) ? [told] : [written, told];
  const texts = / console\b/.test(command) ? shown.map((text) => text.replace(SIGNIN_TOKEN, "")) : shown;
  for (const secret of secrets) {
    assert.ok(texts.every((text) => !text.includes(secret)), `a secret is shown by: ${command}`);
  }
}

/** What is printed for programs is what its schema says; a document without a schema is not printed. */
async function assertSchema({ command, written }: Outcome): Promise<void> {
  if (!/^[{[]\s/.test(written)) return;
  const known = schemaCommand(shellWords(command));
  assert.ok(known !== undefined, `${command} prints JSON: give it a schema (lib/output/schemas/mod.ts)`);
  await assertDocument(known, written);
}

const names = [...Deno.readDirSync(DIRECTORY)].map(({ name }) => name).filter((name) => name.endsWith(".txt"))
  .sort();

for (const name of names) {
  Deno.test(`transcript ${name}`, async () => {
    const url = new URL(name, DIRECTORY);
    const text = await Deno.readTextFile(url);
    const { outcomes, secrets } = await runTranscript(parseTranscript(text));
    assert.ok(outcomes.length > 0, "a transcript has a command");
    for (const outcome of outcomes) {
      assertNoSecret(outcome, secrets);
      await assertSchema(outcome);
    }
    if (updates) return await Deno.writeTextFile(url, withExpectations(text, outcomes));
    for (const { command, actual, expected, from } of outcomes) {
      assert.deepEqual(actual, expected, `${name}:${from}: ${command}`);
    }
  });
}
