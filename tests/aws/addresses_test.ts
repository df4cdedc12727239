import assert from "node:assert/strict";
import { serviceAddress } from "../../lib/aws/addresses.ts";
import { fakeHost } from "../fake_host.ts";

const at = async (
  service: Parameters<typeof serviceAddress>[1],
  region: string,
  env: Readonly<Record<string, string>> = {},
  endpointUrl?: string,
) => (await serviceAddress(fakeHost({ env }), service, { region, endpointUrl })).href;

Deno.test("serviceAddress() follows the SDK's rules for each service and partition", async () => {
  assert.equal(await at("STS", "eu-west-1"), "https://sts.eu-west-1.amazonaws.com/");
  assert.equal(await at("STS", "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/");
  assert.equal(await at("SSO", "eu-west-1"), "https://portal.sso.eu-west-1.amazonaws.com/");
  assert.equal(await at("SSO_OIDC", "eu-west-1"), "https://oidc.eu-west-1.amazonaws.com/");
  assert.equal(await at("IAM", "eu-west-1"), "https://iam.amazonaws.com/");
});

Deno.test("serviceAddress() supports the variants and the overrides", async () => {
  const fips = { AWS_USE_FIPS_ENDPOINT: "true" };
  assert.equal(await at("STS", "us-east-1", fips), "https://sts-fips.us-east-1.amazonaws.com/");
  const own = { AWS_ENDPOINT_URL_STS: "https://vpce.example.com/" };
  assert.equal(await at("STS", "us-east-1", own), "https://vpce.example.com/");
  assert.equal(await at("STS", "us-east-1", own, "https://own.example.com/"), "https://own.example.com/");
});
