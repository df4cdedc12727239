/** The schema of `atmos auth trust --list --format json`. @module */
import * as v from "valibot";
import { type Document, text } from "./parts.ts";

export const TRUST = v.pipe(
  v.strictObject({
    files: v.pipe(
      v.array(v.strictObject({
        path: text("Absolute path of the file, with links resolved."),
        units: v.pipe(
          v.array(v.strictObject({
            unit: text("What of the file: `identity NAME`, `provider NAME`, `keyring`, `logs`, `file PATH`."),
            digest: text("SHA-256 of the values that are trusted, in hex."),
          })),
          v.description("What is trusted of it, each version by itself."),
        ),
      })),
      v.description("The files, in the order they were trusted."),
    ),
  }),
  v.title("atmos auth trust --list"),
  v.description("The configuration files that are trusted on this machine."),
);

export type TrustDocument = Document<typeof TRUST>;
