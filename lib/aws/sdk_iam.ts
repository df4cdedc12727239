/**
 * What is used of the SDK's package: by name, so that the compiled program carries no more of it.
 *
 * @module
 */
export {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
