/**
 * What is used of the SDK's package: by name, so that the compiled program carries no more of it.
 *
 * @module
 */
export {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
