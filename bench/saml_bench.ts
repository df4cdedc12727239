/**
 * What hostile answers of an identity provider cost: `deno run -A bench/saml_bench.ts` prints the medians, and exits 1
 * when one passes its limit.
 */
import fc from "fast-check";
import { Secret } from "../lib/credentials.ts";
import { readAssertion } from "../lib/saml/assertion.ts";
import { readHtml } from "../lib/saml/forms.ts";
import { checkAssertion, checkPage, mutatedPage, mutatedResponse } from "../tests/saml/fuzz.ts";
import { HOSTILE_PAGES } from "../tests/saml/hostile_pages.ts";
import { type Measurement, median, report } from "./measure.ts";

const RUNS = 5;
const PAGE_LIMIT_MILLIS = 5000;
const RESPONSE_LIMIT_MILLIS = 2000;
const MANGLED = 300;
const URL_OF_PAGE = new URL("https://idp.example.com/login");

/** A response of any size is read or refused. */
function readResponse(base64: string): void {
  try {
    readAssertion(new Secret(base64), "auth.providers.idp");
  } catch {
    // Whether it is refused, and how, is what the tests say.
  }
}

const RESPONSES: readonly (readonly [what: string, base64: string])[] = [
  ["ten megabytes", "A".repeat(10_000_000)],
  ["deep nesting", btoa("<a>".repeat(10_000) + "</a>".repeat(10_000))],
];

async function measured(what: string, limitMillis: number, work: () => unknown): Promise<Measurement> {
  return { what, millis: await median(RUNS, work), limitMillis };
}

/** The slowest of many inputs that something has happened to, each checked as the tests check it. */
async function slowest(what: string, inputs: readonly string[], check: (text: string) => void) {
  const times: number[] = [];
  for (const input of inputs) times.push(await median(1, () => check(input)));
  return { what, millis: Math.max(...times), limitMillis: RESPONSE_LIMIT_MILLIS };
}

/** Reads pages and responses that somebody made to keep us busy. */
export async function measureSaml(): Promise<readonly Measurement[]> {
  const all: Measurement[] = [];
  for (const { what, text } of HOSTILE_PAGES) {
    const size = `${Math.round(text.length / 1000)} kB`;
    all.push(
      await measured(
        `read a page: ${what} (${size})`,
        PAGE_LIMIT_MILLIS,
        () => readHtml({ url: URL_OF_PAGE, text }),
      ),
    );
  }
  for (const [what, base64] of RESPONSES) {
    all.push(await measured(`read a response: ${what}`, RESPONSE_LIMIT_MILLIS, () => readResponse(base64)));
  }
  const sampled = { numRuns: MANGLED, seed: 1 };
  all.push(
    await slowest(
      `read the slowest of ${MANGLED} mangled pages`,
      fc.sample(mutatedPage(), sampled),
      checkPage,
    ),
    await slowest(
      `read the slowest of ${MANGLED} mangled responses`,
      fc.sample(mutatedResponse(), sampled),
      checkAssertion,
    ),
  );
  return all;
}

if (import.meta.main && !report(await measureSaml())) Deno.exit(1);
