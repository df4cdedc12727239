/**
 * Second factors, whoever asks for them: which one is used, and how often a code may be wrong.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { loginFailure } from "./outcome.ts";
import type { NamedSamlProvider, SamlPerson } from "./types.ts";

/** One way to prove who one is. */
export interface Factor {
  /** What a person reads: `Code from Okta Verify`. */
  readonly label: string;
  /** What `mfa` of the configuration may call it, in small letters. */
  readonly names: readonly string[];
}

/** A wrong code may be a typing error; a third one is a reason to look at the clock. */
export const MOST_CODES = 3;
export const CLOCK_HINT = "Check that the clock of the device that shows the codes is right";

/**
 * The factor that `mfa` names, else the only one, else the one that the person chooses.
 *
 * @throws AuthError `config-invalid` when `mfa` names none that is offered
 */
export async function chooseFactor<Offered extends Factor>(
  provider: NamedSamlProvider,
  person: SamlPerson,
  offered: readonly [Offered, ...Offered[]],
): Promise<Offered> {
  const wanted = provider.config.mfa?.trim().toLowerCase() ?? "auto";
  const matching = wanted === "auto" ? offered : offered.filter((factor) => isNamed(factor, wanted));
  if (matching.length === 0) {
    const known = offered.map(({ names, label }) => `${names[0] ?? "?"} (${label})`).join(", ");
    throw loginFailure(
      "config-invalid",
      provider,
      `mfa is "${provider.config.mfa}", and the identity provider offers: ${known}`,
      [`Set mfa of the provider "${provider.name}" to one of them, or leave it out to be asked`],
    );
  }
  const labels = distinct(matching.map(({ label }) => label));
  const index = await person.choose("How do you want to verify it is you", labels);
  return matching[index] ?? offered[0];
}

function isNamed({ names, label }: Factor, wanted: string): boolean {
  return names.includes(wanted) || label.toLowerCase() === wanted;
}

/** Two phones may have the same label. */
function distinct(labels: readonly string[]): readonly string[] {
  return labels.map((label, at) => {
    const before = labels.slice(0, at).filter((one) => one === label).length;
    return before === 0 ? label : `${label} (${before + 1})`;
  });
}

/** Who asks for codes, and how it went so far. */
export interface CodeRequest {
  /** The identity provider's product: `ADFS`, `Google`. */
  readonly party: string;
  readonly question: string;
  /** How many codes were sent in this login. */
  readonly sent: number;
  /** What the page says about the last one; `""` when it says nothing. */
  readonly complaint: string;
}

/**
 * A code for a page that asks for one, after the page's complaint about the last one.
 *
 * @throws AuthError `refused` when three were wrong
 */
export async function nextCode(
  provider: NamedSamlProvider,
  person: SamlPerson,
  { party, question, sent, complaint }: CodeRequest,
): Promise<Secret> {
  if (sent === MOST_CODES) {
    throw loginFailure("refused", provider, `${party} did not accept the code, ${MOST_CODES} times`, [
      ...(complaint === "" ? [] : [`${party} says: ${complaint}`]),
      CLOCK_HINT,
    ]);
  }
  if (sent > 0) person.tell(complaint === "" ? `${party} did not accept that: try again` : complaint);
  return new Secret(await person.code(question));
}
