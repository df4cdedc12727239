/**
 * Reexports what we use of the SDK's package, by name to keep the compiled program small.
 *
 * @module
 */
export {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
