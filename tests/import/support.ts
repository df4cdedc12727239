/** Texts of other tools as drafts, for the tests of this room. */
import { awsOffers, type AwsOptions } from "../../lib/import/aws.ts";
import { parseAwsFile } from "../../lib/import/aws_file.ts";
import { checkDraft } from "../../lib/import/check.ts";
import { draftOf } from "../../lib/import/draft.ts";
import { sectionOf } from "../../lib/import/section.ts";
import type { Offers } from "../../lib/import/types.ts";

/** What becomes of offers: the section, and what is said, one line each. */
export function outcome(offers: Offers) {
  const { draft, notes } = draftOf(offers);
  const checked = checkDraft(draft);
  return {
    ...sectionOf(checked.draft).auth,
    said: [
      ...notes.map(({ place, reason }) => `${place}: ${reason}`),
      ...checked.refused.map(({ type, name, reason }) => `${type} ${name}: ${reason}`),
    ],
  };
}

/** What becomes of the text of `~/.aws/config`. */
export function ofAws(text: string, options: Partial<AwsOptions> = {}) {
  return outcome(
    awsOffers(parseAwsFile(text, "config"), { vault: false, grantedOnly: false, portals: [], ...options }),
  );
}
