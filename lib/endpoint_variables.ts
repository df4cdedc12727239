/**
 * The variables that say where AWS's services answer, by the names that the SDKs gave them.
 *
 * @module
 */

/** The services that we speak to, as their variables name them (`AWS_ENDPOINT_URL_SSO_OIDC`). */
export const AWS_SERVICES = ["STS", "SSO", "SSO_OIDC", "SIGNIN", "IAM"] as const;
export type AwsService = typeof AWS_SERVICES[number];

/** The variables of a service, the nearest first. */
export const endpointVariables = (service: AwsService): readonly string[] => [
  `AWS_ENDPOINT_URL_${service}`,
  "AWS_ENDPOINT_URL",
];

/** All of them. */
export const ENDPOINT_VARIABLES: readonly string[] = [...new Set(AWS_SERVICES.flatMap(endpointVariables))];
