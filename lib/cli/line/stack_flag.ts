/**
 * Flags that name a stack, or a component of one.
 *
 * @module
 */
import type { Wanted } from "../../stacks/find.ts";
import { COMPONENT_TYPES } from "../../stacks/types.ts";
import { choice, text, usage, type Values } from "./flags.ts";

/** The flag of commands that are about one stack, or may be. */
export const STACK_FLAG = text("STACK", "The stack", { short: "s", variable: "ATMOS_STACK" });

/** The flags of a command that can do for a component what it does for the configuration. */
export const FOR_COMPONENT_FLAGS = {
  component: text("NAME", "For this component, with what its manifests say of identities", { short: "c" }),
  stack: text("STACK", "The stack that the component is in", { short: "s" }),
  type: choice(
    COMPONENT_TYPES,
    "TYPE",
    `Where several components have that name: ${COMPONENT_TYPES.join(", ")}`,
  ),
} as const;

/**
 * The component that is meant; `undefined`: none.
 *
 * @throws AuthError `usage` when it is named by half
 */
export function wantedComponent(
  { component, stack, type }: Values<typeof FOR_COMPONENT_FLAGS>,
): Wanted | undefined {
  if (component !== undefined && stack !== undefined) return { name: component, stack, type };
  if (component === undefined && stack === undefined && type === undefined) return undefined;
  const missing = component === undefined ? "--component NAME" : "--stack STACK";
  throw usage(`Cannot tell which component is meant: ${missing} is missing`);
}
