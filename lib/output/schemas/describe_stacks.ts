/** The schema of `atmos describe stacks --format json`. @module */
import * as v from "valibot";
import { DESCRIBE_COMPONENT } from "./describe_component.ts";
import type { Document } from "./parts.ts";

const COMPONENTS = v.pipe(
  v.record(v.string(), v.record(v.string(), DESCRIBE_COMPONENT)),
  v.description("By type, then by name: as `atmos describe component` shows each of them."),
);

export const DESCRIBE_STACKS = v.pipe(
  v.record(v.string(), v.strictObject({ components: COMPONENTS })),
  v.title("atmos describe stacks"),
  v.description("Every stack by its name, with its components."),
);

export type StacksOverview = Document<typeof DESCRIBE_STACKS>;
