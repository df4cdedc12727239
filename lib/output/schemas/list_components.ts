/** The schema of `atmos list components --format json`. @module */
import * as v from "valibot";
import { type Document, flag, text, texts } from "./parts.ts";

const COMPONENT = v.strictObject({
  name: text("The component's name."),
  type: text("`terraform`, `helmfile` or `packer`."),
  abstract: v.optional(flag("It is only there to inherit from; left out for all others.")),
  stacks: texts("The stacks that have it, sorted."),
});

export const LIST_COMPONENTS = v.pipe(
  v.strictObject({ components: v.pipe(v.array(COMPONENT), v.description("Sorted by name, then by type.")) }),
  v.title("atmos list components"),
  v.description("The components of all stacks, or of one."),
);

export type ComponentsDocument = Document<typeof LIST_COMPONENTS>;
