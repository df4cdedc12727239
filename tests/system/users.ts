/** A configuration with two IAM users, and a role behind the one that has a device. */
export const USERS_CONFIG = `auth:
  keyring: { type: file }
  identities:
    emergency-user:
      kind: aws/user
      credentials: { region: us-east-1 }
    deploy-bot:
      kind: aws/user
      credentials: { region: us-east-1 }
    break-glass:
      kind: aws/assume-role
      via: { identity: emergency-user }
      principal: { assume_role: "arn:aws:iam::123456789012:role/BreakGlass" }
`;
