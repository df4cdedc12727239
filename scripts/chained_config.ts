/**
 * The configuration that the demo and the emulator show: a portal, a permission set, and a role chained behind it.
 *
 * @module
 */

/** The text of an `atmos.yaml`; `keyring` in front of the providers, when it is not the system's. */
export function chainedConfig(startUrl: string, keyring = ""): string {
  return `auth:
${keyring}  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: ${startUrl}

  identities:
    base-admin:
      kind: aws/permission-set
      via:
        provider: my-sso
      principal:
        name: AdminAccess
        account:
          name: core-identity

    prod-admin:
      kind: aws/assume-role
      default: true
      via:
        identity: base-admin  # chained: this role is assumed with the permission set
      principal:
        assume_role: arn:aws:iam::999999999999:role/ProductionAdmin
        session_name: atmos-demo
`;
}
