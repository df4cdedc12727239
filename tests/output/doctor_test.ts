import assert from "node:assert/strict";
import { doctorJson, doctorText, type Finding } from "../../lib/output/doctor.ts";
import { PLAIN } from "../../lib/output/style.ts";

const FINDINGS: readonly Finding[] = [
  { id: "a.good", severity: "good", title: "All is well" },
  { id: "b.note", severity: "note", title: "Good to know", command: "look" },
  {
    id: "c.warning",
    severity: "warning",
    title: "It may\nfail",
    command: "mend it",
    mend: () => Promise.resolve(),
  },
  { id: "d.error", severity: "error", title: "It fails", command: "mend that" },
];

Deno.test("doctorText() has the worst first, each with what mends it", () => {
  assert.equal(
    doctorText({ findings: FINDINGS, mended: ["It was broken"] }, PLAIN),
    `✓ mended: It was broken
✗ It fails
    run  mend that
    id   d.error
! It may\\nfail
    run  mend it
    id   c.warning, mended by --fix
· Good to know
    run  look
    id   b.note
✓ All is well

1 error, 1 warning
`,
  );
  assert.equal(
    doctorText({ findings: FINDINGS.slice(0, 1), mended: [] }, PLAIN),
    "✓ All is well\n\nNothing is wrong.\n",
  );
});

Deno.test("doctorJson() says the same to programs", () => {
  const { healthy, findings, mended } = JSON.parse(doctorJson({ findings: FINDINGS, mended: [] }));
  assert.deepEqual([healthy, mended, findings.length], [false, [], 4]);
  assert.deepEqual(findings[2], {
    id: "c.warning",
    severity: "warning",
    title: "It may\nfail",
    command: "mend it",
    fixable: true,
  });
});
