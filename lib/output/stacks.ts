/**
 * Stacks and components in lists.
 *
 * @module
 */
import type { ListedComponent, ListedStack } from "../stacks/overview.ts";
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import { table } from "./layout.ts";
import type { ComponentsDocument } from "./schemas/list_components.ts";
import type { StacksDocument } from "./schemas/list_stacks.ts";
import type { Style } from "./style.ts";
import { yamlText } from "./yaml_text.ts";

/** What these lists take as `--format`: `text` is a name on each line. */
export const STACK_LIST_FORMATS = ["text", "table", "json", "yaml"] as const;
export type StackListFormat = typeof STACK_LIST_FORMATS[number];

/** Components in a format; ends with a newline, where there are any. */
export function formatComponents(
  format: StackListFormat,
  components: readonly ListedComponent[],
  style: Style,
): string {
  const document: ComponentsDocument = {
    components: components.map(({ name, type, isAbstract, stacks }) => ({
      name,
      type,
      ...(isAbstract ? { abstract: true } : {}),
      stacks,
    })),
  };
  switch (format) {
    case "text":
      return lines(components.map(({ name }) => name));
    case "table": {
      const rows = components.map(({ name, type, stacks }) =>
        [{ text: name, tone: "name" }, type, stacks.join(", ")] as const
      );
      return table(["COMPONENT", "TYPE", "STACKS"], rows, style);
    }
    case "json":
      return jsonText(document);
    case "yaml":
      return yamlText(document);
  }
}

/** Stacks in a format; ends with a newline, where there are any. */
export function formatStacks(format: StackListFormat, stacks: readonly ListedStack[], style: Style): string {
  const document: StacksDocument = { stacks };
  switch (format) {
    case "text":
      return lines(stacks.map(({ name }) => name));
    case "table": {
      const rows = stacks.map(({ name, manifests, components }) =>
        [{ text: name, tone: "name" }, String(components.length), manifests.join(", ")] as const
      );
      return table(["STACK", "COMPONENTS", "MANIFESTS"], rows, style);
    }
    case "json":
      return jsonText(document);
    case "yaml":
      return yamlText(document);
  }
}

const lines = (names: readonly string[]) =>
  [...new Set(names)].map((name) => `${printable(name)}\n`).join("");
