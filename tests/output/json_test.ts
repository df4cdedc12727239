import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonText } from "../../lib/output/json.ts";

Deno.test("jsonText() writes a document indented, on lines of its own", () => {
  assert.equal(
    jsonText({ a: { b: 1 }, c: undefined, d: [] }),
    '{\n  "a": {\n    "b": 1\n  },\n  "d": []\n}\n',
  );
});

Deno.test("jsonText() holds no character that a terminal acts on, and is read back as the same value", () => {
  const evil = "\x1b[2J\x7f\x9b2J\u202e\u2028\n";
  assert.equal(jsonText({ evil }), '{\n  "evil": "\\u001b[2J\\u007f\\u009b2J\\u202e\\u2028\\n"\n}\n');
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (one) => {
      const text = jsonText(one);
      assert.deepEqual(JSON.parse(text), { ...one });
      assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
    }),
  );
});
