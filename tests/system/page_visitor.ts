/**
 * A browser for `BROWSER`: shows the portal's page, presses a button there, and goes where it is sent.
 *
 * `page_visitor.ts approve|deny|wait PAGE`; with `harassed` as a first word it first sends the listener what is not
 * the answer, and prints what it got into the file `$HOME/visits`. What it shows at last goes into `$HOME/page`.
 */
const [first = "", ...more] = Deno.args;
const isHarassed = first === "harassed";
const [answer = "", page = ""] = isHarassed ? more : Deno.args;
const url = new URL(page);
const back = new URL(url.searchParams.get("redirect_uri") ?? "");
const state = url.searchParams.get("state") ?? "";

async function statusOf(request: string): Promise<string> {
  const connection = await Deno.connect({ hostname: back.hostname, port: Number(back.port) });
  await connection.write(new TextEncoder().encode(`${request}\r\nConnection: close\r\n\r\n`));
  let text = "";
  for await (const piece of connection.readable.pipeThrough(new TextDecoderStream())) text += piece;
  return text.split(" ")[1] ?? "";
}

if (isHarassed) {
  const host = `Host: ${back.host}`;
  const statuses: string[] = [];
  for (
    const request of [
      `GET /oauth/callback?code=stolen HTTP/1.1\r\n${host}`,
      `GET /oauth/callback?code=stolen&state=${"x".repeat(43)} HTTP/1.1\r\n${host}`,
      `GET /oauth/callback?error=access_denied HTTP/1.1\r\n${host}`,
      `GET /favicon.ico HTTP/1.1\r\n${host}`,
      `POST /oauth/callback?code=stolen&state=${state} HTTP/1.1\r\n${host}\r\nContent-Length: 0`,
      `GET /oauth/callback?code=stolen&state=${state} HTTP/1.1\r\nHost: evil.example`,
      `GET /oauth/callback?code=stolen&state=${state} HTTP/1.1\r\nHost: localhost:${back.port}`,
      `GET http://evil.example/oauth/callback?code=stolen&state=${state} HTTP/1.1\r\n${host}`,
    ]
  ) statuses.push(await statusOf(request));
  await Deno.writeTextFile(`${Deno.env.get("HOME")}/visits`, statuses.join(" "));
}
if (answer !== "wait") {
  const pressed = await fetch(new URL(url.pathname, url), {
    method: "POST",
    body: new URLSearchParams([...url.searchParams, ["answer", answer]]),
  });
  const shown = `${Deno.env.get("HOME")}/page`;
  await Deno.writeTextFile(`${shown}.part`, `${pressed.status} ${await pressed.text()}`);
  await Deno.rename(`${shown}.part`, shown);
}
