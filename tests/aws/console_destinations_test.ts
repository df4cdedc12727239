import assert from "node:assert/strict";
import { CONSOLE_ALIASES, destinationPage } from "../../lib/aws/console_destinations.ts";
import { signinFor } from "../../lib/aws/federation.ts";
import { failureIn } from "../failing.ts";

const pagesOf = (partition: string, region: string) =>
  signinFor(() => undefined, { partition, region, endpointUrl: undefined }).pages;
const AWS = pagesOf("aws", "us-east-1");

Deno.test("destinationPage() has over a hundred names, each a page of the console", () => {
  assert.ok(CONSOLE_ALIASES.length > 100, String(CONSOLE_ALIASES.length));
  assert.equal(new Set(CONSOLE_ALIASES).size, CONSOLE_ALIASES.length);
  for (const alias of CONSOLE_ALIASES) {
    const page = destinationPage(AWS, alias, undefined);
    assert.equal(page.origin, "https://console.aws.amazon.com", alias);
    assert.match(page.pathname, /^\/[a-z0-9][a-z0-9/-]*$/, alias);
    assert.ok(AWS.has(page), alias);
  }
});

Deno.test("destinationPage() finds names in any case and with spaces around, and puts the region before the fragment", () => {
  const pages = [" S3\t", "ssm", "elb", "Budgets"].map((word) =>
    destinationPage(AWS, word, "eu-west-1").href
  );
  assert.deepEqual(pages, [
    "https://console.aws.amazon.com/s3?region=eu-west-1",
    "https://console.aws.amazon.com/systems-manager?region=eu-west-1",
    "https://console.aws.amazon.com/ec2/v2/home?region=eu-west-1#LoadBalancers",
    "https://console.aws.amazon.com/billing/home?region=eu-west-1#/budgets",
  ]);
  assert.equal(
    destinationPage(AWS, undefined, undefined).href,
    "https://console.aws.amazon.com/console/home",
  );
  assert.equal(destinationPage(AWS, "", undefined).href, destinationPage(AWS, "console", undefined).href);
});

Deno.test("destinationPage() uses the console of the partition", () => {
  const hosts = [["aws-us-gov", "us-gov-west-1"], ["aws-cn", "cn-north-1"], [
    "aws-eusc",
    "eusc-de-east-1",
  ]] as const;
  assert.deepEqual(
    hosts.map(([partition, region]) => destinationPage(pagesOf(partition, region), "ec2", undefined).href),
    [
      "https://console.amazonaws-us-gov.com/ec2",
      "https://console.amazonaws.cn/ec2",
      "https://console.amazonaws-eusc.eu/ec2",
    ],
  );
});

Deno.test("destinationPage() accepts pages of the console unchanged, and rejects every other host", () => {
  for (
    const page of [
      "https://console.aws.amazon.com/",
      "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:",
      "https://s3.console.aws.amazon.com/s3/buckets/example",
    ]
  ) assert.equal(destinationPage(AWS, page, "us-west-2").href, page);
  for (
    const page of [
      "https://evil.example/",
      "https://console.aws.amazon.com.evil.example/",
      "https://xconsole.aws.amazon.com/",
      "https://console.aws.amazon.com@evil.example/",
      "https://user@console.aws.amazon.com/",
      "https://console.aws.amazon.com:8443/",
      "http://console.aws.amazon.com/",
      "https://console.amazonaws.cn/",
      "javascript:alert(1)",
      "https://",
      "//console.aws.amazon.com/",
    ]
  ) assert.equal(failureIn(() => destinationPage(AWS, page, undefined)).code, "usage", page);
});

Deno.test("destinationPage() suggests the nearest name for an unknown one", () => {
  const { code, hints } = failureIn(() => destinationPage(AWS, "cloudformaton", undefined));
  assert.equal(code, "usage");
  assert.equal(hints[0], 'Did you mean "cloudformation"?');
});
