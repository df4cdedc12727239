/**
 * Reexports what we use of the SDK's package, by name to keep the compiled program small.
 *
 * @module
 */
export {
  GetRoleCredentialsCommand,
  ListAccountRolesCommand,
  ListAccountsCommand,
  LogoutCommand,
  SSOClient,
} from "@aws-sdk/client-sso";
