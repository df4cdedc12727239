import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../lib/credentials.ts";
import {
  controlNamed,
  elementById,
  fillForm,
  type Form,
  type HtmlPage,
  readHtml,
  textById,
} from "../../lib/saml/forms.ts";
import { attribute } from "../../lib/saml/html.ts";
import { escapeXml } from "../emulator/xml.ts";
import { HOSTILE_PAGES } from "./hostile_pages.ts";

const URL_OF_PAGE = new URL("https://idp.example.com/adfs/ls/page?x=1");

const read = (text: string, url = URL_OF_PAGE): HtmlPage => readHtml({ url, text });

function onlyForm(text: string): Form {
  const [form, second] = read(text).forms;
  assert.ok(form !== undefined && second === undefined, "exactly one form");
  return form;
}

/** What an untouched form sends. */
const sent = (text: string) => fillForm(onlyForm(`<form method=post>${text}</form>`)).fields;

Deno.test("fillForm() sends every field with its default, in the page's order", () => {
  assert.deepEqual(
    sent(`<input name=a><input name=b value=1 type=hidden><p><input name=c type=EMAIL value=" x "></p>
      <textarea name=d>\n line &amp; more</textarea><input value=nameless><input name="" value=empty>`),
    [["a", ""], ["b", "1"], ["c", " x "], ["d", " line & more"]],
  );
});

Deno.test("fillForm() sends checked boxes and pressed buttons", () => {
  const html = `<form method=post><input type=checkbox name=a checked><input type=checkbox name=b>
    <input type=checkbox name=c value=yes checked><input type=radio name=d value=1><input type=radio name=d value=2 checked>
    <input type=submit name=go value=Go><button name=other value=2>x</button><button type=button name=no value=3></button>
    <input type=reset name=r value=4><input type=button name=s value=5><input type=file name=f></form>`;
  const form = onlyForm(html);
  const always = [["a", "on"], ["c", "yes"], ["d", "2"]];
  assert.deepEqual(fillForm(form).fields, always);
  const button = controlNamed(form, "other");
  assert.ok(button);
  assert.deepEqual(fillForm(form, { button }).fields, [...always, ["other", "2"]]);
});

Deno.test("fillForm() sends the selected option of a list, or its first", () => {
  assert.deepEqual(
    sent(`<select name=a><option disabled>no<option value=1>one<option>  two  words </select>
      <select name=b><option>x<option selected>y<option selected value=z>Z</select>
      <select name=c multiple><option selected>1<option>2<option selected>3</select><select name=d></select>`),
    [["a", "1"], ["b", "z"], ["c", "1"], ["c", "3"]],
  );
  assert.deepEqual(sent("<select name=a><option>  two \n words </select>"), [["a", "two words"]]);
});

Deno.test("fillForm() omits disabled controls", () => {
  assert.deepEqual(
    sent(`<input name=a disabled><fieldset disabled><input name=b><select name=c><option>1</select></fieldset>
      <fieldset><input name=d></fieldset><datalist><input name=e></datalist><template><input name=f></template>`),
    [["d", ""]],
  );
});

Deno.test("fillForm() replaces defaults, once per name, and adds missing fields", () => {
  const form = onlyForm(
    `<form method=post action=x><input name=u value=old><input type=hidden name=k value=no>
    <input type=checkbox name=k value=yes><input type=password name=p></form>`,
  );
  const password = new Secret("not-a-real-password");
  assert.deepEqual(fillForm(form, { values: { p: password, k: "yes", extra: "1" } }), {
    method: "POST",
    url: new URL("https://idp.example.com/adfs/ls/x"),
    fields: [["u", "old"], ["k", "yes"], ["p", password], ["extra", "1"]],
  });
});

Deno.test("readHtml() resolves where a form is sent", () => {
  const action = (attributes: string, base = "") =>
    onlyForm(`${base}<form ${attributes}></form>`).action?.href;
  const base = `<base href="https://accounts.example.com/v3/">`;
  assert.equal(action(""), URL_OF_PAGE.href);
  assert.equal(action("action=''", base), URL_OF_PAGE.href);
  assert.equal(action("action='?y=2'"), "https://idp.example.com/adfs/ls/page?y=2");
  assert.equal(action("action='/adfs/ls/?a=1&amp;b=2'"), "https://idp.example.com/adfs/ls/?a=1&b=2");
  assert.equal(action("action='lookup'", base), "https://accounts.example.com/v3/lookup");
  assert.equal(action("action='//cdn.example.com/x'"), "https://cdn.example.com/x");
  assert.equal(
    action("action='https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#47;saml'"),
    "https://signin.aws.amazon.com/saml",
  );
  assert.equal(action("action='https://[no'"), undefined);
  assert.throws(() => fillForm(onlyForm("<form id=f action='https://[no'></form>")), RangeError);
});

Deno.test("readHtml() defaults a form's method to GET", () => {
  const method = (text: string) => onlyForm(`<form ${text}></form>`).method;
  assert.deepEqual(["", "method=get", "method=PoSt", "method=dialog"].map(method), [
    "GET",
    "GET",
    "POST",
    "GET",
  ]);
});

Deno.test("readHtml() decodes the character references that identity providers use in base64", () => {
  const form = onlyForm(
    `<form><input name=SAMLResponse value="a&#x2b;b&#43;c&#x2F;d&#47;e&#x3d;&#61;&#13;&#10;"></form>`,
  );
  assert.deepEqual(controlNamed(form, "samlresponse")?.values, ["a+b+c/d/e==\r\n"]);
});

Deno.test("readHtml() assigns controls to the form they name, or that a table separated them from", () => {
  const page = read(
    `<form id=one></form><input form=one name=a><form id=two><input form=one name=b><input name=c></form>
    <input name=stray><table><form id=three><tr><td><input name=d></td></tr></form></table>`,
  );
  assert.deepEqual(page.forms.map(({ id, controls }) => [id, ...controls.map(({ name }) => name)]), [
    ["one", "a", "b"],
    ["two", "c"],
    ["three", "d"],
  ]);
});

Deno.test("readHtml() reads like a browser without scripts, and takes no script for a form", () => {
  const page = read(
    `<script>document.write('<form id=no><input name=x></form>')</script><!-- <form id=no></form> -->
    <form id=yes><noscript><input type=submit name=go value=Go></noscript></form>`,
  );
  assert.deepEqual(page.forms.map(({ id, controls }) => [id, controls.length]), [["yes", 1]]);
});

Deno.test("readHtml() returns titles and texts in one safe line", () => {
  const page = read(`<title> Sign\n in &amp; \u001b[31mout </title>
    <p id=e>Wrong <b>password</b><script>var x</script>\u202e.</p><p id=e>second</p>`);
  assert.equal(page.title, "Sign in & \\u001b[31mout");
  assert.equal(textById(page, "e"), "Wrong password\\u202e.");
  assert.equal(textById(page, "none"), "");
  assert.equal(textById(read(`<p id=long>${"x".repeat(1000)}`), "long").length, 300);
  assert.equal(attribute(elementById(page, "e") ?? assert.fail(), "class"), "");
});

Deno.test("readHtml() reads anything but HTML as a page without forms", () => {
  for (const text of ["", '{"a":"<form>"', "\0\u0001", "<", "<!", "&#;", "]]>"]) {
    assert.deepEqual(read(text).forms.flatMap(({ controls }) => controls), [], JSON.stringify(text));
  }
});

Deno.test("readHtml() returns values exactly as written", () => {
  // The parser normalizes line breaks, and NUL is not valid in HTML.
  const value = fc.string({ unit: "grapheme-composite" }).map((text) => text.replaceAll(/[\r\n\0]/g, ""));
  fc.assert(fc.property(fc.array(value, { maxLength: 5 }), (values) => {
    const inputs = values.map((one, at) => `<input type="hidden" name="f${at}" value="${escapeXml(one)}">`);
    assert.deepEqual(sent(inputs.join("")), values.map((one, at) => [`f${at}`, one]));
  }));
});

/** Fragments of pages, randomly cut and nested. */
const soup = fc.array(
  fc.oneof(
    fc.constantFrom(
      "<form ",
      "<form method=post action=/x>",
      "</form>",
      "<table>",
      "<tr><td>",
      "</table>",
      "<select name=s>",
      "<option selected>",
      "<input name=SAMLResponse value=",
      "<input name=a>",
      "<textarea name=t>",
      "<template>",
      "<svg><foreignObject>",
      "<b><p></b>",
      "<script>",
      "<!--",
      "<base href='//x'>",
      "&#x2b;",
      "form=f",
      ">",
      '"',
      "<fieldset disabled>",
    ),
    fc.string({ maxLength: 8 }),
  ),
  { maxLength: 40 },
).map((pieces) => pieces.join(" "));

Deno.test("readHtml() reads any tag soup, and finds no value that is not in it", () => {
  fc.assert(
    fc.property(soup, (text) => {
      for (const form of read(text).forms) {
        for (const { name, values } of form.controls) {
          assert.ok(name !== "");
          assert.ok(values.join("").length <= text.length + 2);
        }
        if (form.action !== undefined) fillForm(form);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("readHtml() gives the same result for the same page", () => {
  fc.assert(fc.property(soup, (text) => {
    const [first, second] = [read(text), read(text)].map(({ forms }) =>
      forms.map(({ id, method, action, controls }) => ({ id, method, action, controls }))
    );
    assert.deepEqual(first, second);
  }));
});

for (const { what, text, forms, controls } of HOSTILE_PAGES) {
  Deno.test(`readHtml() finishes reading a hostile page: ${what}`, () => {
    const page = read(text);
    assert.equal(page.forms.length, forms);
    assert.equal(page.forms.reduce((sum, form) => sum + form.controls.length, 0), controls);
  });
}
