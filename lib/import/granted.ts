/**
 * granted's own `~/.granted/config` (TOML): the portals below `[SSO.NAME]`. Its profiles are in `~/.aws/config`.
 *
 * @module
 */
import { portalOffer } from "./portal.ts";
import type { Note, Offers } from "./types.ts";

/** Reads the two keys that matter of the text; everything else in it is about browsers and keyrings. */
export function grantedOffers(text: string): Offers {
  const portals = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (header !== undefined) {
      const name = /^\s*SSO\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*$/i.exec(header);
      current = name === null ? undefined : new Map<string, string>();
      if (current !== undefined) {
        portals.set(name?.slice(1).find((part) => part !== undefined) ?? "", current);
      }
      continue;
    }
    const [, key, double, single] = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(line) ?? [];
    if (key !== undefined) current?.set(key.toLowerCase(), double ?? single ?? "");
  }
  const notes: Note[] = [];
  const providers = [...portals].flatMap(([name, values]) => {
    const [startUrl = "", region = ""] = [values.get("starturl"), values.get("ssoregion")];
    if (startUrl !== "" && region !== "") return [portalOffer({ startUrl, region, name })];
    notes.push({ place: `[SSO.${name}]`, reason: "it has no StartURL or no SSORegion" });
    return [];
  });
  return { providers, identities: [], notes };
}
