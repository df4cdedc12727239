import { page, paragraph } from "./pages.ts";
import type { Service } from "./service.ts";
import { escapeXml } from "./xml.ts";

/** What a person sees at the start URL: the accounts and permission sets of each portal user. */
export const startPage: Service = {
  recognise({ method, url }) {
    const here = method === "GET" && ["/start", "/start/"].includes(url.pathname);
    return here ? { operation: "StartPage", parameters: {} } : undefined;
  },
  handle({ state }) {
    const { accounts, assignments } = state.seed;
    const rows = accounts.flatMap(({ id, name }) =>
      assignments.filter(({ accountId }) => accountId === id).map(({ permissionSet, user }) =>
        `<tr>${[name, id, permissionSet, user].map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`
      )
    );
    return page(
      200,
      "Access portal",
      `${
        paragraph(
          "Who may sign in to which account. A login is approved at the device page.",
        )
      }
<table>
<tr><th>Account</th><th>Id</th><th>Permission set</th><th>Person</th></tr>
${rows.join("\n")}
</table>
<p><a href="/device">Enter a device code</a></p>`,
      { wide: true },
    );
  },
  refuse: ({ status, message }) => page(status, "Access portal", paragraph(message)),
};
