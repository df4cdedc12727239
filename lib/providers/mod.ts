/**
 * From a provider's configuration to what starts a chain.
 *
 * @module
 */
import type { RunnableProvider } from "../config/types.ts";
import type { Credentials } from "../credentials.ts";
import type { ProviderHost, ProviderOptions, Saved } from "./types.ts";

/**
 * Runs a provider.
 *
 * @throws AuthError `unsupported` for a kind whose flow this version does not have; else what the kind's own module
 *   documents
 */
export async function authenticateProvider(
  host: ProviderHost,
  name: string,
  config: RunnableProvider,
  saved: Saved,
  options: ProviderOptions,
): Promise<Exclude<Credentials, { type: "aws-session" }>> {
  switch (config.kind) {
    case "aws/iam-identity-center": {
      const { authenticateIdentityCenter } = await import("./aws_iam_identity_center.ts");
      return await authenticateIdentityCenter(host, name, config, saved, options);
    }
    case "github/oidc": {
      const { authenticateGithub } = await import("./github_oidc.ts");
      return await authenticateGithub(host, name, config);
    }
    case "oidc/token": {
      const { authenticateWithToken } = await import("./oidc_token.ts");
      return await authenticateWithToken(host, name, config);
    }
    case "aws/saml": {
      const { authenticateSaml } = await import("./aws_saml.ts");
      return await authenticateSaml(host, name, config);
    }
  }
}
