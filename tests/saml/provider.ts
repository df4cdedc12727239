import type { SamlProvider } from "../../lib/config/types.ts";
import type { NamedSamlProvider } from "../../lib/saml/types.ts";

/** A provider called okta-saml with what a test cares for. */
export function samlProvider(parts: Partial<SamlProvider> & Pick<SamlProvider, "url">): NamedSamlProvider {
  return {
    name: "okta-saml",
    config: {
      kind: "aws/saml",
      region: "us-east-1",
      sessionSeconds: undefined,
      consoleSeconds: undefined,
      filesBasePath: undefined,
      endpointUrl: undefined,
      idpArn: undefined,
      driver: undefined,
      username: undefined,
      password: undefined,
      mfa: undefined,
      browserType: undefined,
      browserExecutablePath: undefined,
      downloadBrowserDriver: false,
      ...parts,
    },
  };
}
