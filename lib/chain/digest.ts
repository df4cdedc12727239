/**
 * Whose credentials a chain gives: two chains with the same digest lead to the same principal by the same way.
 *
 * @module
 */
import { serviceEndpoint } from "../aws/endpoints.ts";
import { AWS_SERVICES } from "../endpoint_variables.ts";
import type { Host } from "../host.ts";
import { sha256Hex } from "../sha256.ts";
import type { ChainPlan, IdentityStep, Link, ProviderStep } from "./types.ts";

/** What decides whose credentials come out, in a fixed order. Names and durations do not. */
type Facts = readonly (string | undefined)[];

function providerFacts(step: ProviderStep): Facts {
  const { config } = step;
  switch (config.kind) {
    case "aws/iam-identity-center":
      return [config.kind, config.startUrl, config.region, config.endpointUrl];
    case "aws/saml":
      return [config.kind, config.url, config.region, config.idpArn, config.username, config.endpointUrl];
    case "github/oidc":
      return [config.kind, config.audience, config.region, config.endpointUrl];
    case "oidc/token": {
      const source = "variable" in config.source
        ? `env:${config.source.variable}`
        : `file:${config.source.file}`;
      return [config.kind, source, config.audience, config.region, config.endpointUrl];
    }
  }
}

function identityFacts({ config, region, endpointUrl, name }: IdentityStep): Facts {
  const common = [config.kind, region, endpointUrl];
  switch (config.kind) {
    case "aws/permission-set":
      return [
        ...common,
        config.permissionSet,
        ..."id" in config.account ? ["id", config.account.id] : ["name", config.account.name],
      ];
    case "aws/assume-role":
      return [...common, config.roleArn, config.externalId, config.sessionName];
    case "aws/user":
      // Keys from the keyring are those of this name; keys from YAML are told apart by their public half.
      return [...common, config.keys?.accessKeyId ?? `keyring:${name}`, config.mfaArn];
  }
}

/** The endpoints that the environment sets: credentials of an emulator are never taken for AWS's. */
function endpointFacts(env: Host["env"]): Facts {
  return AWS_SERVICES.map((service) => serviceEndpoint(env, service, undefined)?.href);
}

/** The links of a plan, from the root to the target, each with the digest of the chain that ends in it. */
export async function linksOf(host: Pick<Host, "env">, plan: ChainPlan): Promise<readonly Link[]> {
  const rows = factsOf(host, plan);
  const own = rows.length - plan.identities.length;
  return await Promise.all(plan.identities.map(async (step, index) => ({
    step,
    digest: await digestOf(rows.slice(0, own + index + 1)),
  })));
}

/** The digest of a whole chain: that of the last of its links. */
export async function chainDigest(host: Pick<Host, "env">, plan: ChainPlan): Promise<string> {
  return await digestOf(factsOf(host, plan));
}

function factsOf(host: Pick<Host, "env">, plan: ChainPlan): readonly Facts[] {
  return [
    endpointFacts(host.env),
    ...plan.provider === undefined ? [] : [providerFacts(plan.provider)],
    ...plan.identities.map(identityFacts),
  ];
}

async function digestOf(rows: readonly Facts[]): Promise<string> {
  return await sha256Hex(JSON.stringify(rows.map((row) => row.map((fact) => fact ?? null))));
}
