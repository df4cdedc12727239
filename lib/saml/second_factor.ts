/**
 * Second factors of every driver: which one to use, and how many wrong codes to allow.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { loginFailure } from "./outcome.ts";
import type { NamedSamlProvider, SamlPerson } from "./types.ts";

/** One way to verify the user. */
export interface Factor {
  /** The label for users: `Code from Okta Verify`. */
  readonly label: string;
  /** Lowercase names that `mfa` in the configuration accepts. */
  readonly names: readonly string[];
}

/** A wrong code may be a typo; after a third one, the clock may be wrong. */
export const MOST_CODES = 3;
export const CLOCK_HINT = "Check that the clock of the device that shows the codes is right";

/**
 * Chooses the factor that `mfa` names, else the only one, else asks the user.
 *
 * @throws AuthError `config-invalid` when `mfa` names none of those offered
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

/** Who asks for codes, and the attempts so far. */
export interface CodeRequest {
  /** The identity provider's product: `ADFS`, `Google`. */
  readonly party: string;
  readonly question: string;
  /** How many codes were sent in this login. */
  readonly sent: number;
  /** The page's error about the last one; `""` without one. */
  readonly complaint: string;
}

/**
 * Prompts for a code, after showing the page's error about the last one.
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
