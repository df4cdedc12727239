import assert from "node:assert/strict";
import { startEmulator } from "./mod.ts";
import { postJson, register, send, startDevice } from "./test_client.ts";

Deno.test("startEmulator() listens on a port of its own and says how to reach every service", async () => {
  await using first = await startEmulator();
  await using second = await startEmulator();
  assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.notEqual(first.url, second.url);
  assert.notEqual(first.controlToken, second.controlToken);
  assert.equal(first.startUrl, `${first.url}/start`);
  assert.deepEqual(first.environment, {
    AWS_ENDPOINT_URL_STS: first.url,
    AWS_ENDPOINT_URL_SSO: first.url,
    AWS_ENDPOINT_URL_SSO_OIDC: first.url,
    AWS_ENDPOINT_URL_SIGNIN: first.url,
    AWS_ENDPOINT_URL_IAM: first.url,
  });
  const port = Number(new URL(first.url).port);
  await assert.rejects(startEmulator({ port }), {
    name: "RangeError",
    message: /^cannot listen on 127\.0\.0\.1:\d+/,
  });
});

Deno.test("close() may be called twice, and nothing listens after it", async () => {
  const emulator = await startEmulator();
  await emulator.close();
  await emulator.close();
  await assert.rejects(send(emulator.startUrl), TypeError);
});

Deno.test("what is no part of AWS is not found, and is not counted", async () => {
  await using emulator = await startEmulator();
  assert.equal((await send(`${emulator.url}/favicon.ico`)).status, 404);
  assert.equal((await send(`${emulator.url}/token`)).status, 404, "not by GET");
  assert.deepEqual(emulator.requests(), []);
});

Deno.test("requests() shows what was asked, when, and how it ended", async () => {
  let now = Date.UTC(2026, 10, 23);
  await using emulator = await startEmulator({ clock: () => now });
  const { clientId } = await register(emulator, { clientName: "first" });
  now += 1000;
  await postJson(emulator, "/device_authorization", {
    clientId,
    clientSecret: "wrong",
    startUrl: emulator.startUrl,
  });
  assert.deepEqual(emulator.requests().map(({ operation, at, status }) => [operation, at, status]), [
    ["RegisterClient", now - 1000, 200],
    ["StartDeviceAuthorization", now, 401],
  ]);
  const [request] = emulator.requests("RegisterClient");
  assert.equal(request?.parameters["clientName"], "first");
  assert.equal(request?.parameters["scopes"], "sso:account:access");
});

Deno.test("equal random seeds give equal tokens, others do not", async () => {
  const issued = async (randomSeed?: number) => {
    await using emulator = await startEmulator(randomSeed === undefined ? {} : { randomSeed });
    const { client, deviceCode, userCode } = await startDevice(emulator);
    return [client, deviceCode, userCode];
  };
  assert.deepEqual(await issued(7), await issued(7));
  assert.notDeepEqual(await issued(7), await issued(8));
  assert.notDeepEqual(await issued(), await issued());
});
