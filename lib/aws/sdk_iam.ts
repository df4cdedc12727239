/**
 * Reexports what we use of the SDK's package, by name to keep the compiled program small.
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
