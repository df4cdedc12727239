/** The schema of `atmos describe workflows --format json`. @module */
import * as v from "valibot";
import { type Document, text, texts, word } from "./parts.ts";

const STEP = v.strictObject({
  name: text("The step's name; `step1`, `step2`, ... where it has none of its own."),
  type: word(["atmos", "shell"], "`atmos`: this program; `shell`: a script."),
  command: text("The words for this program, or the script."),
  stack: v.optional(text("The stack that it is for.")),
  identity: v.optional(text("Whose session it gets.")),
  when: v.optional(text("When it runs, where that is not whenever nothing has failed.")),
});

const WORKFLOW = v.strictObject({
  file: text(
    "What is written behind --file: the path below the workflows' directory, or that of atmos.yaml.",
  ),
  name: text("The workflow's name."),
  description: v.optional(text("What it is for.")),
  stack: v.optional(text("The stack of steps that name none.")),
  steps: v.pipe(v.array(STEP), v.description("In their order.")),
  problems: v.optional(texts("What is wrong or odd with it, with its place.")),
});

export const DESCRIBE_WORKFLOWS = v.pipe(
  v.strictObject({ workflows: v.pipe(v.array(WORKFLOW), v.description("In the order of their files.")) }),
  v.title("atmos describe workflows"),
  v.description("The workflows of the project with their steps."),
);

export type DescribedWorkflowsDocument = Document<typeof DESCRIBE_WORKFLOWS>;
