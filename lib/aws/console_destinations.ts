/**
 * Pages of the web console by short names, such as people use for the services.
 *
 * @module
 */
import { didYouMean } from "../config/nearest.ts";
import { AuthError } from "../errors.ts";

/** Names that are also the paths of their consoles. */
const BY_OWN_NAME = `
  s3 efs fsx glacier backup
  ec2 lambda lightsail batch elasticbeanstalk ecs ecr eks
  rds dynamodb elasticache neptune timestream keyspaces qldb memorydb
  vpc cloudfront route53 apigateway directconnect globalaccelerator
  iam organizations cognito secretsmanager kms acm shield guardduty inspector macie securityhub detective
  cloudwatch cloudtrail config cloudformation servicecatalog opsworks controltower license-manager
  resource-groups systems-manager
  codecommit codebuild codedeploy codepipeline codeartifact cloud9 xray
  athena emr cloudsearch kinesis quicksight glue msk redshift
  sns sqs appflow
  dms datasync transfer
  billing
  sagemaker rekognition textract comprehend translate polly transcribe lex personalize forecast kendra bedrock
  greengrass
  workspaces worklink
`.trim().split(/\s+/);

/** Names whose consoles have other paths. */
const BY_OTHER_NAME: Readonly<Record<string, string>> = {
  console: "console/home",
  home: "console/home",
  dashboard: "console/home",
  serverless: "lambda/home#/applications",
  fargate: "ecs",
  documentdb: "docdb",
  elb: "ec2/v2/home#LoadBalancers",
  transitgateway: "vpc/home#TransitGateways",
  privatelink: "vpc/home#Endpoints",
  waf: "wafv2",
  sso: "singlesignon",
  directory: "directoryservicev2",
  ssm: "systems-manager",
  "tag-editor": "resource-groups/tag-editor",
  "trusted-advisor": "trustedadvisor",
  "well-architected": "wellarchitected",
  elasticsearch: "aos",
  opensearch: "aos",
  "lake-formation": "lakeformation",
  eventbridge: "events",
  mq: "amazon-mq",
  "step-functions": "states",
  "migration-hub": "migrationhub",
  "application-discovery": "discovery",
  "server-migration": "servermigration",
  "cost-explorer": "cost-management/home#/cost-explorer",
  budgets: "billing/home#/budgets",
  "iot-core": "iot",
  "iot-analytics": "iotanalytics",
  "iot-events": "iotevents",
  appstream: "appstream2",
};

const PATHS: ReadonlyMap<string, string> = new Map([
  ...BY_OWN_NAME.map((name) => [name, name] as const),
  ...Object.entries(BY_OTHER_NAME),
]);

/** Every short name, sorted. */
export const CONSOLE_ALIASES: readonly string[] = [...PATHS.keys()].sort();

/** The pages of one console. */
export interface ConsolePages {
  /** The base of the short names' paths: `https://console.aws.amazon.com/`. */
  readonly home: URL;
  /** Whether a page belongs to this console. */
  readonly has: (page: URL) => boolean;
}

/**
 * Finds the requested page.
 *
 * @param wanted a short name in any case, or a page's address; `undefined`: the console's home page
 * @param region the region to show; `undefined`: the one that the console remembers
 * @throws AuthError `usage` for an unknown name, with the nearest, and for a page outside the console,
 * because links carry a sign-in token
 */
export function destinationPage(
  pages: ConsolePages,
  wanted: string | undefined,
  region: string | undefined,
): URL {
  const word = wanted?.trim() ?? "";
  if (/^[a-z][a-z0-9+.-]*:/i.test(word)) return ownPage(pages, word);
  const path = PATHS.get(word === "" ? "home" : word.toLowerCase());
  if (path === undefined) throw unknown(word);
  const page = new URL(path, pages.home);
  if (region !== undefined) page.searchParams.set("region", region);
  return page;
}

function ownPage(pages: ConsolePages, text: string): URL {
  const page = URL.parse(text);
  if (page !== null && pages.has(page)) return page;
  throw new AuthError("usage", `Cannot open ${JSON.stringify(text)}: it is no page of ${pages.home.host}`, {
    hints: [`Name a page below https://${pages.home.host}/, or a service such as s3`],
  });
}

function unknown(word: string): AuthError {
  const near = didYouMean(word, CONSOLE_ALIASES);
  return new AuthError("usage", `Cannot open ${JSON.stringify(word)} in the console: no page is called so`, {
    hints: [
      near,
      "Name a service such as s3, ec2 or lambda, or the https address of a page of the console",
    ],
  });
}
