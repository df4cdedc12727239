/**
 * What is used of the SDK's package: by name, so that the compiled program carries no more of it.
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
