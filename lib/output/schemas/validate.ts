/** The schema of `atmos auth validate --format json`. @module */
import * as v from "valibot";
import { type Document, flag, POSITION, text, texts, word } from "./parts.ts";

const PROBLEM = v.strictObject({
  severity: word(
    ["error", "warning", "notice"],
    "An error fails `validate`; a warning does so with --strict; a notice about trust never does.",
  ),
  code: text("What kind of problem it is: a stable name, such as missing-key (docs/errors.md)."),
  path: text("The configuration path; empty for the whole of it."),
  file: v.optional(POSITION.file),
  line: v.optional(POSITION.line),
  column: v.optional(POSITION.column),
  reason: text("What is wrong."),
  hint: v.optional(text("What to try.")),
});

const ENTRY = v.strictObject({
  type: word(["provider", "identity"], "Which of the two it is."),
  name: text("Its name."),
  kind: v.optional(text("Its kind; absent when the configuration is too broken to tell.")),
  verdict: word(
    ["usable", "unsupported", "unusable", "untrusted"],
    "What became of it; untrusted: it can be used once what it wants is trusted.",
  ),
  chain: texts("Names from the root to an identity; empty for a provider and for what is not usable."),
  note: v.optional(text("What was chosen for it and why.")),
});

const ORIGIN = v.strictObject({
  ...POSITION,
  variable: v.optional(text("The variable that `!env` read.")),
});

export const VALIDATE = v.pipe(
  v.strictObject({
    valid: flag("Whether the exit code is 0."),
    files: v.pipe(
      v.array(v.strictObject({
        path: text("Absolute path."),
        trusted: flag(
          "Whether settings that need trust take effect in it: it is your own, or trusted as a whole.",
        ),
      })),
      v.description("The files of the configuration, in the order they were merged: the last one wins."),
    ),
    problems: v.pipe(v.array(PROBLEM), v.description("In file order.")),
    entries: v.optional(
      v.pipe(v.array(ENTRY), v.description("How each entry was understood, with --verbose.")),
    ),
    origins: v.optional(v.pipe(
      v.record(v.string(), ORIGIN),
      v.description("Where each value came from, by its configuration path, with --verbose."),
    )),
  }),
  v.title("atmos auth validate"),
  v.description("Every problem of the authentication configuration."),
);

export type ValidationDocument = Document<typeof VALIDATE>;
