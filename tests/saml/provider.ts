import type { SamlProvider } from "../../lib/config/types.ts";
import type { NamedSamlProvider, SamlPerson } from "../../lib/saml/types.ts";
import { saml } from "../chain/samples.ts";

/** A provider called okta-saml with what a test cares for. */
export const samlProvider = (
  parts: Partial<SamlProvider> & Pick<SamlProvider, "url">,
): NamedSamlProvider => ({
  name: "okta-saml",
  config: saml(parts),
});

const unasked = () => Promise.reject(new Error("the driver asked a person"));

/** Somebody whom a driver of a browser must not ask anything. */
export const UNASKED: SamlPerson = {
  username: unasked,
  password: unasked,
  code: unasked,
  choose: unasked,
  tell: () => {},
};
