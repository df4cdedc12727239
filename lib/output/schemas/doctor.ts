/** The schema of `atmos auth doctor --format json`. @module */
import * as v from "valibot";
import { type Document, flag, text, texts, word } from "./parts.ts";

const FINDING = v.strictObject({
  id: text("A stable name, such as clock.skew; several findings may share it."),
  severity: word(
    ["error", "warning", "note", "good"],
    "error: something will fail; warning: something may; note: good to know; good: nothing to say.",
  ),
  title: text("What was found."),
  command: v.optional(text("The line that mends it, for a shell.")),
  fixable: flag("Whether --fix mends it."),
});

export const DOCTOR = v.pipe(
  v.strictObject({
    healthy: flag("Whether no finding is an error: the exit code is 0."),
    findings: v.pipe(v.array(FINDING), v.description("In the order of looking.")),
    mended: texts("What --fix mended, by its title."),
  }),
  v.title("atmos auth doctor"),
  v.description("What on this machine is in the way of a login."),
);

export type DoctorDocument = Document<typeof DOCTOR>;
