/**
 * Endpoints of AWS's services: the user's override, or the SDK's own rules.
 *
 * @module
 */
import { type AwsService, endpointVariables } from "../endpoint_variables.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { isLoopback } from "../loopback.ts";

/**
 * The endpoint that overrides a service's host: `spec.endpoint_url`, then `AWS_ENDPOINT_URL_<SERVICE>`, then
 * `AWS_ENDPOINT_URL` (the SDKs' order). `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` disables the variables.
 *
 * @returns `undefined`: no override
 * @throws AuthError `config-invalid` for an invalid URL, or `http:` off loopback: an endpoint receives
 * credentials
 */
export function serviceEndpoint(
  env: Host["env"],
  service: AwsService,
  configured: string | undefined,
): URL | undefined {
  if (configured !== undefined) return checked(configured, "spec.endpoint_url");
  if (env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.toLowerCase() === "true") return undefined;
  for (const name of endpointVariables(service)) {
    const value = env(name);
    if (value !== undefined && value !== "") return checked(value, name);
  }
  return undefined;
}

function checked(text: string, where: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new AuthError("config-invalid", `Cannot use the endpoint of ${where}: it is not an http(s) URL`, {
      where,
    });
  }
  if (url.protocol === "https:" || isLoopback(url)) return url;
  throw new AuthError(
    "config-invalid",
    `Cannot use the endpoint ${url.origin}: it would receive credentials unencrypted`,
    {
      where,
      hints: ["Use https, or an address on this machine (127.0.0.1, localhost, [::1])"],
    },
  );
}

/** Which variant of AWS's hosts to use. */
export interface EndpointVariant {
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
}

/** `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`, as the SDKs read them. */
export function endpointVariant(env: Host["env"]): EndpointVariant {
  return {
    useFipsEndpoint: env("AWS_USE_FIPS_ENDPOINT")?.toLowerCase() === "true",
    useDualstackEndpoint: env("AWS_USE_DUALSTACK_ENDPOINT")?.toLowerCase() === "true",
  };
}
