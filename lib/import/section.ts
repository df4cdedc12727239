/**
 * A draft as text.
 *
 * @module
 */
import type { Added } from "../config/yaml_edit.ts";
import { yamlText } from "../output/yaml_text.ts";
import type { AuthDraft, Fields } from "./types.ts";

/** A draft as what stands in a file, without empty sections. */
export interface Section {
  readonly auth: { readonly providers?: Added; readonly identities?: Added };
}

/** A draft as a section. */
export function sectionOf({ providers, identities }: AuthDraft): Section {
  return {
    auth: {
      ...(providers.size === 0 ? {} : { providers: entriesOf(providers) }),
      ...(identities.size === 0 ? {} : { identities: entriesOf(identities) }),
    },
  };
}

/** Entries by name, without what is `undefined`. */
export function entriesOf(entries: ReadonlyMap<string, Fields>): Added {
  return Object.fromEntries([...entries].map(([name, fields]) => [name, whole(fields)]));
}

/** Without what is `undefined`, and without maps that hold nothing else. */
function whole(fields: Fields): Added {
  const kept = Object.entries(fields).flatMap(([key, value]): [string, Added[string]][] => {
    const inner = typeof value === "object" ? whole(value) : value;
    const isEmpty = inner === undefined || (typeof inner === "object" && Object.keys(inner).length === 0);
    return isEmpty ? [] : [[key, inner]];
  });
  return Object.fromEntries(kept);
}

/** A draft as YAML; ends with a newline. */
export function sectionText(draft: AuthDraft): string {
  return yamlText(sectionOf(draft));
}
