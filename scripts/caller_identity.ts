/**
 * A program as people run it below `atmos auth exec`: it knows nothing of us, lets the AWS SDK find credentials in
 * the environment it was given, signs GetCallerIdentity with them and prints who answered, as JSON.
 *
 * @module
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const { Account, Arn, UserId } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
console.log(JSON.stringify({ Account, Arn, UserId }, undefined, 2));
