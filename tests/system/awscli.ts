/**
 * Debian's AWS CLI 2, pointed at an emulator. That version knows no `AWS_ENDPOINT_URL`, so it reads an endpoint rule
 * set of ours from `AWS_DATA_PATH`.
 */

/** A path of the AWS CLI 2; `aws` on the PATH may be version 1, which has no `sso login`. */
export async function findAwsCli(): Promise<string | undefined> {
  for (const candidate of ["/usr/bin/aws", "/usr/local/bin/aws", "aws"]) {
    try {
      const { stdout } = await new Deno.Command(candidate, { args: ["--version"] }).output();
      if (new TextDecoder().decode(stdout).startsWith("aws-cli/2.")) return candidate;
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
  }
  return undefined;
}

/** Writes the rule set for STS below a directory, and returns the variables that point the CLI at it. */
export async function awsCliVariables(directory: string, url: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${directory}/sts/2011-06-15`, { recursive: true });
  await Deno.writeTextFile(
    `${directory}/sts/2011-06-15/endpoint-rule-set-1.json`,
    JSON.stringify({
      version: "1.0",
      parameters: {
        Region: text("AWS::Region"),
        UseDualStack: flag("AWS::UseDualStack"),
        UseFIPS: flag("AWS::UseFIPS"),
        Endpoint: text("SDK::Endpoint"),
        UseGlobalEndpoint: flag("AWS::STS::UseGlobalEndpoint"),
      },
      rules: [{ conditions: [], endpoint: { url, properties: {}, headers: {} }, type: "endpoint" }],
    }),
  );
  return { AWS_DATA_PATH: directory, AWS_MAX_ATTEMPTS: "1", AWS_PAGER: "", NO_PROXY: "127.0.0.1" };
}

// botocore wants to see the parameters that it passes declared.
const flag = (builtIn: string) => ({
  builtIn,
  required: true,
  default: false,
  type: "Boolean",
  documentation: "",
});
const text = (builtIn: string) => ({ builtIn, required: false, type: "String", documentation: "" });
