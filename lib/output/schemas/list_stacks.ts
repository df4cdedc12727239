/** The schema of `atmos list stacks --format json`. @module */
import * as v from "valibot";
import { type Document, text, texts } from "./parts.ts";

const STACK = v.strictObject({
  name: text("The stack's name."),
  manifests: texts(
    "The manifests that make it: paths below the stacks' directory, without extension, sorted.",
  ),
  components: texts("The components that can be worked on, sorted."),
});

export const LIST_STACKS = v.pipe(
  v.strictObject({ stacks: v.pipe(v.array(STACK), v.description("Sorted by name.")) }),
  v.title("atmos list stacks"),
  v.description("The stacks of the project."),
);

export type StacksDocument = Document<typeof LIST_STACKS>;
