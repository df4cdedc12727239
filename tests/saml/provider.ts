import type { SamlProvider } from "../../lib/config/types.ts";
import type { NamedSamlProvider } from "../../lib/saml/types.ts";
import { saml } from "../chain/samples.ts";

/** A provider called okta-saml with what a test cares for. */
export const samlProvider = (
  parts: Partial<SamlProvider> & Pick<SamlProvider, "url">,
): NamedSamlProvider => ({
  name: "okta-saml",
  config: saml(parts),
});
