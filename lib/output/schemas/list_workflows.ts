/** The schema of `atmos list workflows --format json`. @module */
import * as v from "valibot";
import { type Document, text } from "./parts.ts";

const WORKFLOW = v.strictObject({
  file: text(
    "What is written behind --file: the path below the workflows' directory, or that of atmos.yaml.",
  ),
  name: text("The workflow's name."),
  description: v.optional(text("What it is for.")),
  steps: v.pipe(v.number(), v.integer(), v.minValue(0), v.description("How many steps it has.")),
  problem: v.optional(text("Why it cannot be used.")),
});

export const LIST_WORKFLOWS = v.pipe(
  v.strictObject({ workflows: v.pipe(v.array(WORKFLOW), v.description("In the order of their files.")) }),
  v.title("atmos list workflows"),
  v.description("The workflows of the project."),
);

export type WorkflowsDocument = Document<typeof LIST_WORKFLOWS>;
