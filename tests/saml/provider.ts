import type { SamlProvider } from "../../lib/config/types.ts";
import type { NamedSamlProvider, SamlPerson } from "../../lib/saml/types.ts";
import { saml } from "../chain/samples.ts";

/** A provider called okta-saml with the settings that a test needs. */
export const samlProvider = (
  parts: Partial<SamlProvider> & Pick<SamlProvider, "url">,
): NamedSamlProvider => ({
  name: "okta-saml",
  config: saml(parts),
});

const unasked = () => Promise.reject(new Error("the driver asked a person"));

/** A user whom a browser driver must never prompt. */
export const UNASKED: SamlPerson = {
  username: unasked,
  password: unasked,
  code: unasked,
  choose: unasked,
  tell: () => {},
};
