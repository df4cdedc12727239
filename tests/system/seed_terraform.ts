/**
 * A stand-in for Terraform that plans and applies: prints, as JSON, the words that it got, where it is, the names of AWS's
 * and Atmos's variables in its environment, and who AWS says that it is.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

async function principal(): Promise<string> {
  try {
    const { Arn = "" } = await new STSClient({ region: "us-east-1" }).send(new GetCallerIdentityCommand({}));
    return Arn;
  } catch (error) {
    return String(error);
  }
}

console.log(JSON.stringify({
  words: Deno.args,
  directory: Deno.cwd(),
  variables: Object.keys(Deno.env.toObject()).filter((name) => /^(?:AWS|ATMOS)_/.test(name)).sort(),
  principal: await principal(),
}));
