/** A configuration of a large house: half of the identities are permission sets, each other is a role behind one. */
export function largeConfig(count: number): string {
  const identities = Array.from({ length: count }, (_, at) => {
    const account = String(at).padStart(12, "0");
    const [kind, via, principal] = at % 2 === 0
      ? ["permission-set", "provider: my-sso", `name: AdminAccess, account: { id: "${account}" }`]
      : ["assume-role", `identity: identity-${at - 1}`, `assume_role: "arn:aws:iam::${account}:role/Deploy"`];
    return `    identity-${at}:
      kind: aws/${kind}
      via: { ${via} }
      principal: { ${principal} }
`;
  });
  return `auth:
  keyring: { type: file }
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://mycompany.awsapps.com/start
  identities:
${identities.join("")}`;
}
