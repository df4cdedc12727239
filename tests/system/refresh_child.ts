/**
 * A child that lives longer than the session it starts with: it signs calls with AWS's own SDK, one after the other,
 * until the first session has ended and one more call was made. It fails with the first call that does.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const client = new STSClient({ maxAttempts: 1 });
const keys = new Set<string>();
const calls = { all: 0, after: 0 };
let firstEnd: number | undefined;

while (calls.after === 0) {
  const { accessKeyId, expiration } = await client.config.credentials();
  firstEnd ??= expiration?.getTime() ?? Infinity;
  const isAfter = Date.now() > firstEnd;
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  keys.add(accessKeyId);
  calls.all += 1;
  if (isAfter) calls.after += 1;
  if (calls.all === 1) console.log(`started ${Arn}`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
console.log(`ended after ${keys.size > 1 ? "more than one key" : "one key"}`);
