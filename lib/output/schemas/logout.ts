/** The schema of `atmos auth logout --format json`. @module */
import * as v from "valibot";
import { type Document, flag, text, texts } from "./parts.ts";

export const LOGOUT = v.pipe(
  v.strictObject({
    target: text("What was logged out of, in words."),
    realm: v.optional(text("The boundary that keeps projects' credentials apart, where one is set.")),
    dry_run: flag("Whether nothing was removed, with --dry-run."),
    removed: texts("What was removed, or in a dry run would be."),
    remains: texts("What is still there, and why."),
    complete: flag("Whether everything could be removed that was to be."),
  }),
  v.title("atmos auth logout"),
  v.description("What a logout removed."),
);

export type LogoutDocument = Document<typeof LOGOUT>;
