import { html } from "./http.ts";
import { escapeXml } from "./xml.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #16191f; --soft: #5f6b7a; --line: #d9dee4; --paper: #ffffff; --ground: #f2f4f7;
  --go: #1a6fd4; --go-ink: #ffffff; --no: #b3261e; --code: #f2f4f7; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #9aa5b4; --line: #333c48; --paper: #1c222b; --ground: #12161c; --go: #539fe5;
    --go-ink: #0c1117; --no: #f28b82; --code: #12161c; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { width: 100%; max-width: 460px; background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  padding: 32px; box-shadow: 0 1px 2px #0000000d, 0 8px 24px #0000000d; }
main.wide { max-width: 680px; }
h1 { margin: 0 0 8px; font-size: 22px; line-height: 1.3; }
a { color: var(--go); }
p { margin: 0 0 16px; } p.soft, footer { color: var(--soft); font-size: 14px; }
.code { margin: 20px 0; padding: 16px; border-radius: 8px; background: var(--code); border: 1px solid var(--line);
  text-align: center; font: 600 30px/1.2 ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 3px; }
label { display: block; margin: 0 0 6px; font-weight: 600; font-size: 14px; }
input[type=text], select { width: 100%; padding: 10px 12px; margin: 0 0 16px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--paper); color: inherit; font: inherit; }
input[type=text] { font-family: ui-monospace, "DejaVu Sans Mono", monospace; text-transform: uppercase; letter-spacing: 2px; }
.buttons { display: flex; gap: 12px; }
button { flex: 1; padding: 11px 16px; border-radius: 8px; border: 1px solid var(--go); background: var(--go);
  color: var(--go-ink); font: inherit; font-weight: 600; line-height: 1.2; cursor: pointer; }
button.no { background: transparent; color: var(--no); border-color: var(--line); }
button:hover { filter: brightness(1.08); } :focus-visible { outline: 3px solid #539fe580; outline-offset: 2px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 8px 20px; margin: 16px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 16px 0; }
th { text-align: left; color: var(--soft); font-size: 14px; font-weight: 600; }
th, td { padding: 8px 8px 8px 0; border-bottom: 1px solid var(--line); }
footer { margin-top: 24px; padding-top: 16px; border-top: 1px solid var(--line); }
`;

/** A whole page; `body` is HTML. It loads nothing and runs no script. */
export function page(
  status: number,
  title: string,
  body: string,
  options: { wide?: boolean; headers?: Record<string, string> } = {},
): Response {
  const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main${options.wide ? ' class="wide"' : ""}>
<h1>${escapeXml(title)}</h1>
${body}
<footer>AWS emulator for tests, on this machine only. Nothing here reaches AWS.</footer>
</main>
</body>
</html>
`;
  return html(status, document, {
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'",
    ...options.headers,
  });
}

export const paragraph = (text: string, soft = false): string =>
  `<p${soft ? ' class="soft"' : ""}>${escapeXml(text)}</p>`;

/** A form of hidden fields, a choice of person when there is one, and two buttons called `answer`. */
export function approvalForm(
  action: string,
  hidden: Readonly<Record<string, string>>,
  people: readonly string[],
): string {
  const fields = Object.entries(hidden).map(([name, value]) =>
    `<input type="hidden" name="${escapeXml(name)}" value="${escapeXml(value)}">`
  );
  return `<form method="post" action="${escapeXml(action)}">
${fields.join("\n")}
${choiceOfPerson(people)}
<div class="buttons">
<button type="submit" name="answer" value="approve">Approve</button>
<button type="submit" name="answer" value="deny" class="no">Deny</button>
</div>
</form>`;
}

function choiceOfPerson(people: readonly string[]): string {
  if (people.length === 1) return paragraph(`Signed in as ${people[0]}`, true);
  const options = people.map((name) => `<option>${escapeXml(name)}</option>`).join("");
  return `<label for="user">Sign in as</label><select id="user" name="user">${options}</select>`;
}

export function definitions(entries: Readonly<Record<string, string>>): string {
  const rows = Object.entries(entries).map(([term, text]) =>
    `<dt>${escapeXml(term)}</dt><dd>${escapeXml(text)}</dd>`
  );
  return `<dl>${rows.join("")}</dl>`;
}
