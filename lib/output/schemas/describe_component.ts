/** The schema of `atmos describe component --format json`. @module */
import * as v from "valibot";
import { type Document, text, texts } from "./parts.ts";

const section = (description: string) =>
  v.pipe(v.record(v.string(), v.unknown()), v.description(description));

export const DESCRIBE_COMPONENT = v.pipe(
  v.objectWithRest({
    atmos_component: text("The component's name."),
    atmos_manifest: text("Absolute path of the stack's manifest."),
    atmos_stack: text("The stack's name."),
    auth: section(
      "The authentication as this component has it. What a variable holds is shown as `!env NAME`, " +
        "a secret that stands in a file as `<MASKED>`.",
    ),
    backend: v.optional(section("The backend's configuration, as it goes into `backend.tf.json`.")),
    backend_type: v.optional(text("`s3`, `gcs`, `azurerm`, `local`, ...")),
    component: text("Where the code is below the directory of its type."),
    component_info: v.pipe(
      v.strictObject({
        component_path: text("Absolute path of the code."),
        component_type: text("`terraform`, `helmfile` or `packer`."),
      }),
      v.description("Where the code is."),
    ),
    env: section("The variables of the component's program; null takes one away."),
    inheritance: texts("Base components, nearest first."),
    metadata: section("What the component is."),
    origins: v.optional(
      v.pipe(
        v.record(v.string(), v.string()),
        v.description(
          "With `--origins`: FILE:LINE of every value by its path, and the variable that it came from.",
        ),
      ),
    ),
    vars: v.optional(section("Input variables.")),
    workspace: v.optional(text("The Terraform workspace.")),
  }, v.pipe(v.unknown(), v.description("Any other section of the manifests: `settings`, `hooks`, ..."))),
  v.title("atmos describe component"),
  v.description(
    "A component of a stack, everything merged. Any other section of the manifests is there, too.",
  ),
);

export type ComponentDocument = Document<typeof DESCRIBE_COMPONENT>;
