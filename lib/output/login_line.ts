/**
 * What a person is told to type.
 *
 * @module
 */
import { quoteWord } from "../shell_word.ts";

/**
 * The line that logs in to an identity.
 *
 * @param component where the identity may be one that only this defines: no login without it would find that
 */
export function loginLine(
  identity: string,
  component?: { readonly name: string; readonly stack: string },
): string {
  const words = [
    ["--identity", identity],
    ...component === undefined ? [] : [["--component", component.name], ["--stack", component.stack]],
  ];
  return `atmos auth login ${
    words.map(([flag = "", value = ""]) => `${flag} ${quoteWord(value)}`).join(" ")
  }`;
}
