/** Mutated responses and pages, and the invariants that must still hold. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import { isAuthError } from "../../lib/errors.ts";
import { type Assertion, readAssertion } from "../../lib/saml/assertion.ts";
import { fillForm, readHtml } from "../../lib/saml/forms.ts";
import { FAKE_NOW } from "../fake_host.ts";
import { samlSigner } from "../emulator/saml_signer.ts";

const PROVIDER = "arn:aws:iam::123456789012:saml-provider/idp";
const ROLE = "arn:aws:iam::123456789012:role/Admin";

const fromBase64 = (base64: string) =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
const toBase64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const SIGNED = fromBase64(
  samlSigner().respond({
    now: FAKE_NOW,
    roles: [`${ROLE},${PROVIDER}`, `${PROVIDER}, ${ROLE}-Audit`, `${ROLE}/a,b,${PROVIDER}`],
    sessionDuration: 3600,
    sessionEndsAt: FAKE_NOW,
  }),
);
const RESPONSES = [
  SIGNED,
  SIGNED.replace(/<ds:Signature .*<\/ds:Signature>/s, "").replaceAll("saml:", "").replace(
    "xmlns:saml",
    "xmlns",
  ),
  fromBase64(samlSigner().respond({ now: FAKE_NOW, status: "Responder", statusMessage: "no" })),
];
/** Inputs likely to break a parser. */
// deno-fmt-ignore
const SHREDS = [
  "<", ">", "/>", "</", "&", "&amp;", "&#x2c;", "&#0;", "&#x110000;", "&#xD800;", "<!--", "-->", "<!-- x -->",
  "<![CDATA[", "]]>", "<!DOCTYPE x>", "<!ENTITY a 'b'>", "<?x?>", "<?", '"', "'", "=", ",", " ,", ":", "\0", "\n",
  "\u{1f600}", "<b/>", "<a xmlns='urn:x'>", "xmlns:saml=''", ROLE, PROVIDER, "arn:", "arn:aws:iam::999999999999:role/X",
  "<saml:AttributeValue>", "</saml:AttributeValue>", "__proto__", "constructor", "<form>", "</form>", "<input name=",
  "SAMLResponse", "<base href='//x'>", "<script>", "<svg>", "<select multiple>", "<textarea>", "<template>",
];

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly kind: "cut" | "double" | "insert" | "replace";
  readonly shred: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 200 }),
  kind: fc.constantFrom("cut", "double", "insert", "replace"),
  shred: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...SHREDS) },
    fc.string({ unit: "binary", maxLength: 8 }),
  ),
});

function edited(text: string, { at, length, kind, shred }: Edit): string {
  const start = Math.floor(at * text.length);
  const part = text.slice(start, start + length);
  const middle = { cut: "", double: part + part, insert: shred + part, replace: shred }[kind];
  return text.slice(0, start) + middle + text.slice(start + length);
}

const shredded = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 }))
    .map(([text, edits]) => edits.reduce(edited, text));

/** Fragments of a value that keep the document well-formed, so it is read to the end. */
const PIECES = [
  ROLE,
  PROVIDER,
  "arn:aws:iam::123456789012:role/",
  "arn:aws-cn:iam::999999999999:saml-provider/x",
  "-Audit",
  ",",
  ", ",
  " ",
  "\n",
  "&#x2c;",
  "&#44;",
  "&amp;",
  "&unknown;",
  "&#0;",
  "<!-- , -->",
  "<?p , ?>",
  `<![CDATA[${PROVIDER}]]>`,
  "<b>,</b>",
  "<saml:AttributeValue>x</saml:AttributeValue>",
  "\u{1f600}",
];
const value: fc.Arbitrary<string> = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 })
  .map((pieces) => `<saml:AttributeValue>${pieces.join("")}</saml:AttributeValue>`);

const wellFormed = fc.tuple(fc.array(value, { maxLength: 4 }), fc.nat())
  .map(([values, at]) => {
    const parts = SIGNED.split("<saml:AttributeValue>");
    const place = 1 + at % (parts.length - 1);
    return [parts.slice(0, place), parts.slice(place)]
      .map((half) => half.join("<saml:AttributeValue>")).join(`${values.join("")}<saml:AttributeValue>`);
  });

/** Roughly the XML of a response. */
export const mutatedResponse = (): fc.Arbitrary<string> => fc.oneof(shredded(RESPONSES), wellFormed);

/** Roughly the HTML of a page that posts a response. */
export const mutatedPage = (): fc.Arbitrary<string> =>
  shredded([
    `<!doctype html><html><head><title>One moment</title><base href="/saml/"></head><body>
<form method="post" action="https://signin.aws.amazon.com/saml" id="f"><input type="hidden" name="SAMLResponse"
value="${
      toBase64(SIGNED).replaceAll("+", "&#x2b;").replaceAll("=", "&#61;")
    }"><input type=hidden name=RelayState>
<button name=go value=1>Continue</button></form></body></html>`,
    `<form id=loginForm method=POST action="ls/?x=1&amp;y=2"><input name=UserName><input type=password name=Password>
<input type=checkbox name=Kmsi value=true checked><select name=m><option value=1 selected>one<option>two</select>
<textarea name=t>a
b</textarea><input type=submit name=s></form><div id=errorText>wrong</div>`,
  ]);

function readOrRefuse(base64: string): Assertion | undefined {
  try {
    return readAssertion(new Secret(base64), "auth.providers.idp");
  } catch (error) {
    if (isAuthError(error, "bad-answer", "refused")) return undefined;
    throw error;
  }
}

/** The text without comments and with decoded entities, computed independently. */
function plainTexts(xml: string): readonly string[] {
  const seamless = xml.replaceAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[|\]\]>/g, "");
  const point = (digits: string, radix: number) => {
    const value = Number.parseInt(digits, radix);
    return value <= 0x10ffff ? String.fromCodePoint(value) : "";
  };
  const decoded = seamless
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, digits: string) => point(digits, 16))
    .replaceAll(/&#([0-9]+);/g, (_, digits: string) => point(digits, 10))
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
  return [xml, seamless, decoded];
}

function checkRoles(assertion: Assertion | undefined, xml: string): void {
  const texts = plainTexts(xml);
  for (const arn of assertion?.roles.flatMap(({ roleArn, providerArn }) => [roleArn, providerArn]) ?? []) {
    assert.ok(texts.some((text) => text.includes(arn)), `${arn} is not in the input`);
  }
}

/** No crash, and no role that is not in the input. Takes XML. */
export function checkAssertion(xml: string): void {
  const text = xml.toWellFormed();
  checkRoles(readOrRefuse(toBase64(text)), text);
}

/** The same for a page and the response in it. Takes HTML. */
export function checkPage(html: string): void {
  const page = readHtml({ url: new URL("https://idp.example.com/login"), text: html });
  for (const form of page.forms) {
    if (form.action !== undefined) fillForm(form, { values: { UserName: "jane" } });
    for (const control of form.controls) {
      if (control.name.toLowerCase() !== "samlresponse") continue;
      const base64 = control.values[0] ?? "";
      const assertion = readOrRefuse(base64);
      if (assertion !== undefined) checkRoles(assertion, fromBase64(base64));
    }
  }
}
