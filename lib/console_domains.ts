/**
 * The domains of AWS's consoles.
 *
 * @module
 */

/**
 * By partition, of those whose addresses AWS publishes. The console answers at `console.`, its sign-in at `signin.`
 * below it; a region's own stands one label before.
 */
export const CONSOLE_DOMAINS = {
  "aws": "aws.amazon.com",
  "aws-us-gov": "amazonaws-us-gov.com",
  "aws-cn": "amazonaws.cn",
  "aws-eusc": "amazonaws-eusc.eu",
} as const;

/** The host of a domain's sign-in. */
export const signInHost = (domain: string): string => `signin.${domain}`;
