import assert from "node:assert/strict";
import { endpointVariant, serviceEndpoint } from "../../lib/aws/endpoints.ts";
import { AWS_SERVICES } from "../../lib/endpoint_variables.ts";

const from = (variables: Readonly<Record<string, string>>) => (name: string) => variables[name];
const NONE = from({});

Deno.test("serviceEndpoint() prefers the configuration, then the service's variable, then the common one", () => {
  const env = from({ AWS_ENDPOINT_URL_STS: "https://sts.example", AWS_ENDPOINT_URL: "https://all.example" });
  assert.equal(serviceEndpoint(env, "STS", "https://own.example")?.href, "https://own.example/");
  assert.equal(serviceEndpoint(env, "STS", undefined)?.href, "https://sts.example/");
  assert.equal(serviceEndpoint(env, "SSO", undefined)?.href, "https://all.example/");
  assert.equal(serviceEndpoint(NONE, "STS", undefined), undefined);
});

Deno.test("serviceEndpoint() reads one variable for each service", () => {
  for (const service of AWS_SERVICES) {
    const env = from({ [`AWS_ENDPOINT_URL_${service}`]: "https://one.example" });
    for (const other of AWS_SERVICES) {
      assert.equal(
        serviceEndpoint(env, other, undefined)?.href,
        other === service ? "https://one.example/" : undefined,
      );
    }
  }
});

Deno.test("serviceEndpoint() ignores the variables when the SDKs would, but never the configuration", () => {
  const env = from({ AWS_ENDPOINT_URL: "https://all.example", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "True" });
  assert.equal(serviceEndpoint(env, "STS", undefined), undefined);
  assert.equal(serviceEndpoint(env, "STS", "https://own.example")?.href, "https://own.example/");
});

Deno.test("serviceEndpoint() treats an empty variable as unset", () => {
  const env = from({ AWS_ENDPOINT_URL_STS: "", AWS_ENDPOINT_URL: "https://all.example" });
  assert.equal(serviceEndpoint(env, "STS", undefined)?.href, "https://all.example/");
  assert.equal(serviceEndpoint(from({ AWS_ENDPOINT_URL: "" }), "STS", undefined), undefined);
});

Deno.test("serviceEndpoint() accepts http on this machine only", () => {
  for (const host of ["127.0.0.1:4566", "127.8.9.10", "localhost:4566", "[::1]:4566", "127.1"]) {
    assert.equal(serviceEndpoint(NONE, "STS", `http://${host}`)?.protocol, "http:", host);
  }
  for (
    const host of [
      "example.com",
      "127.0.0.1.example.com",
      "localhost.example.com",
      "10.0.0.1",
      "0.0.0.0",
      "[::2]",
    ]
  ) {
    assert.throws(() => serviceEndpoint(NONE, "STS", `http://${host}`), {
      code: "config-invalid",
      exitCode: 2,
      message: `Cannot use the endpoint http://${host}: it would receive credentials unencrypted`,
      where: "spec.endpoint_url",
      hints: ["Use https, or an address on this machine (127.0.0.1, localhost, [::1])"],
    });
  }
});

Deno.test("serviceEndpoint() rejects anything but an http(s) URL, names its source and hides its text", () => {
  for (
    const value of ["sts.example", "//sts.example", "ftp://sts.example", "javascript:1", "https://", "x:y"]
  ) {
    assert.throws(() => serviceEndpoint(from({ AWS_ENDPOINT_URL_SSO: value }), "SSO", undefined), {
      code: "config-invalid",
      message: "Cannot use the endpoint of AWS_ENDPOINT_URL_SSO: it is not an http(s) URL",
      where: "AWS_ENDPOINT_URL_SSO",
    });
  }
  assert.throws(
    () => serviceEndpoint(NONE, "STS", "http://somebody:not-a-real-password@example.com"),
    (error: Error) => !error.message.includes("not-a-real-password"),
  );
});

Deno.test("endpointVariant() reads the SDKs' two switches", () => {
  assert.deepEqual(endpointVariant(NONE), { useFipsEndpoint: false, useDualstackEndpoint: false });
  assert.deepEqual(
    endpointVariant(from({ AWS_USE_FIPS_ENDPOINT: "TRUE", AWS_USE_DUALSTACK_ENDPOINT: "true" })),
    { useFipsEndpoint: true, useDualstackEndpoint: true },
  );
  assert.equal(endpointVariant(from({ AWS_USE_FIPS_ENDPOINT: "1" })).useFipsEndpoint, false);
});
