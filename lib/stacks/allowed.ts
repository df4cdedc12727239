/**
 * What a component's metadata forbids.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Component } from "./types.ts";

/**
 * Refuses to run anything for an abstract component, and to change anything for a locked one.
 *
 * @param command as it was typed: `apply`
 * @param changes whether it changes the world
 * @throws AuthError `config-invalid`
 */
export function assertAllowed(component: Component, command: string, changes: boolean): void {
  const { name, stack, file } = component;
  const refusal = (key: string, reason: string, hint: string) =>
    new AuthError("config-invalid", `Cannot run ${command} for ${name} in ${stack}: ${reason}`, {
      where: `components.${component.type}.${name}.metadata.${key}`,
      hints: [hint],
    });
  if (component.isAbstract) {
    throw refusal(
      "type",
      "it is abstract",
      "It is there to be inherited from: name a component that inherits it",
    );
  }
  if (component.isLocked && changes) {
    throw refusal(
      "locked",
      "it is locked",
      `Remove \`locked: true\` in ${file} or what it imports to change it`,
    );
  }
}
