/**
 * The host names that our calls use, by the SDK's own rules.
 *
 * @module
 */
import { type AwsHost, clientOptions, type ServicePlace } from "./client.ts";
import type { AwsService } from "../endpoint_variables.ts";
import { endpointVariant, serviceEndpoint } from "./endpoints.ts";
import { tolerateWithheldVariables } from "./sdk_variables.ts";

/** The services that we call; the console's sign-in has no client. */
export type CalledService = Exclude<AwsService, "SIGNIN">;

/**
 * A service's address: the override of the configuration or the environment, else AWS's host.
 *
 * @throws AuthError `config-invalid` as `serviceEndpoint`
 */
export async function serviceAddress(
  host: AwsHost,
  service: CalledService,
  place: ServicePlace,
): Promise<URL> {
  const override = serviceEndpoint(host.env, service, place.endpointUrl);
  if (override !== undefined) return override;
  const { useFipsEndpoint, useDualstackEndpoint } = endpointVariant(host.env);
  const { endpointProvider } = await clientConfig(host, service, place);
  const parameters = { Region: place.region, UseFIPS: useFipsEndpoint, UseDualStack: useDualstackEndpoint };
  return endpointProvider(parameters).url;
}

async function clientConfig(host: AwsHost, service: CalledService, place: ServicePlace) {
  tolerateWithheldVariables();
  const options = clientOptions(host, service, place);
  switch (service) {
    case "STS":
      return new (await import("./sdk_sts.ts")).STSClient(options).config;
    case "SSO":
      return new (await import("./sdk_sso.ts")).SSOClient(options).config;
    case "SSO_OIDC":
      return new (await import("./sdk_sso_oidc.ts")).SSOOIDCClient(options).config;
    case "IAM":
      return new (await import("./sdk_iam.ts")).IAMClient(options).config;
  }
}
