/** The schema of `atmos auth permissions --format json`. @module */
import * as v from "valibot";
import { type Document, text, texts } from "./parts.ts";

const GRANTS = v.strictObject({
  read: v.optional(texts("Paths to read.")),
  write: v.optional(texts("Paths to write.")),
  net: v.optional(texts("Hosts with their ports, and unix sockets.")),
  env: v.optional(texts("Variables.")),
  run: v.optional(texts("Programs.")),
  sys: v.optional(texts("What is asked of the system.")),
  ffi: v.optional(texts("Native libraries.")),
});

export const PERMISSIONS = v.pipe(
  v.strictObject({
    command: text("The command's words behind `atmos auth`."),
    needed: v.pipe(
      GRANTS,
      v.description(
        'By the classes of Deno\'s permissions; "*" is a whole class; an absent class is not needed.',
      ),
    ),
    optional: v.pipe(GRANTS, v.description("What makes it better: withheld, it counts as not there.")),
  }),
  v.title("atmos auth permissions"),
  v.description("What a command needs of Deno's sandbox."),
);

export type PermissionsDocument = Document<typeof PERMISSIONS>;
