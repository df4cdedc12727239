/** Debian's simplesamlphp as an identity provider for AWS, under PHP's own server; nothing of the system's is used. */

const WWW = "/usr/share/simplesamlphp/www";
const ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/";

export interface SimpleSamlPhp extends AsyncDisposable {
  /** IdP-initiated login at AWS. */
  loginUrl: string;
}

export const SIMPLE_USER = { username: "jane", password: "not-a-real-secret-password" };

/** Which of the programs that it needs is missing; `undefined`: none. */
export async function missingProgram(): Promise<string | undefined> {
  for (const program of ["php", "openssl"]) {
    const found = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" })
      .output();
    if (!found.success) return program;
  }
  const isThere = await Deno.stat(WWW).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  });
  return isThere === undefined ? "simplesamlphp" : undefined;
}

/** @param roles values of the role attribute */
export async function startSimpleSamlPhp(directory: string, roles: string[]): Promise<SimpleSamlPhp> {
  const port = freePort();
  const origin = `http://127.0.0.1:${port}`;
  for (const name of ["config", "metadata", "cert", "data", "tmp", "log", "sessions"]) {
    await Deno.mkdir(`${directory}/${name}`);
  }
  await makeCertificate(`${directory}/cert`);
  await writeConfiguration(directory, origin, roles);
  const server = new Deno.Command("php", {
    args: ["-S", `127.0.0.1:${port}`, "-t", WWW, `${directory}/router.php`],
    // One process: workers beside it would outlive it.
    env: { SIMPLESAMLPHP_CONFIG_DIR: `${directory}/config` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    server.kill("SIGTERM");
    await server.status;
  };
  const loginUrl = `${origin}/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices`;
  await answering(`${origin}/saml2/idp/metadata.php`).catch(async (cause) => {
    await stop();
    throw cause;
  });
  return { loginUrl, [Symbol.asyncDispose]: stop };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function makeCertificate(directory: string): Promise<void> {
  const words =
    "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=idp.example.com -keyout idp.pem -out idp.crt";
  const made = await new Deno.Command("openssl", {
    args: words.split(" "),
    cwd: directory,
    stdout: "null",
    stderr: "null",
  }).output();
  if (!made.success) throw new Error("openssl made no certificate");
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response !== undefined && response.status !== 502) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("simplesamlphp did not start");
}

async function writeConfiguration(directory: string, origin: string, roles: string[]): Promise<void> {
  const text = (value: string) => `'${value.replaceAll(/['\\]/g, "\\$&")}'`;
  const user = `${SIMPLE_USER.username}:${SIMPLE_USER.password}`;
  const write = (name: string, code: string) =>
    Deno.writeTextFile(`${directory}/${name}`, `<?php\n${code}\n`);
  await write(
    "config/config.php",
    `$config = [
  'baseurlpath' => ${text(`${origin}/`)}, 'certdir' => ${text(`${directory}/cert/`)},
  'loggingdir' => ${text(`${directory}/log/`)}, 'datadir' => ${text(`${directory}/data/`)},
  'tempdir' => ${text(`${directory}/tmp`)}, 'metadatadir' => ${text(`${directory}/metadata`)},
  'secretsalt' => 'not-a-real-secret-salt', 'auth.adminpassword' => 'not-a-real-secret',
  'technicalcontact_email' => 'na@example.org', 'timezone' => 'UTC', 'logging.handler' => 'file',
  'enable.saml20-idp' => true, 'store.type' => 'phpsession',
  'session.phpsession.savepath' => ${text(`${directory}/sessions`)}, 'session.cookie.secure' => false,
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'metadata.sources' => [['type' => 'flatfile']], 'language.available' => ['en'], 'language.default' => 'en',
];`,
  );
  await write(
    "config/authsources.php",
    `$config = ['people' => ['exampleauth:UserPass', ${text(user)} => [
  'uid' => ['jane'], ${text(`${ATTRIBUTES}Role`)} => [${roles.map(text).join(", ")}],
  ${text(`${ATTRIBUTES}RoleSessionName`)} => ['jane@example.com'],
  ${text(`${ATTRIBUTES}SessionDuration`)} => ['7200'],
]]];`,
  );
  await write(
    "metadata/saml20-idp-hosted.php",
    `$metadata['https://idp.example.com/metadata'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.pem',
  'certificate' => 'idp.crt', 'auth' => 'people'];`,
  );
  await write(
    "metadata/saml20-sp-remote.php",
    `$metadata['urn:amazon:webservices'] = [
  'AssertionConsumerService' => 'https://signin.aws.amazon.com/saml', 'simplesaml.nameidattribute' => 'uid',
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'];`,
  );
  await write(
    "router.php",
    `$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('~^(/.+?\\.php)(/.*)?$~', $path, $m) && is_file('${WWW}' . $m[1])) {
  $_SERVER['SCRIPT_NAME'] = $m[1];
  $_SERVER['SCRIPT_FILENAME'] = '${WWW}' . $m[1];
  $_SERVER['PHP_SELF'] = $path;
  $_SERVER['PATH_INFO'] = $m[2] ?? '';
  chdir(dirname('${WWW}' . $m[1]));
  require '${WWW}' . $m[1];
  return true;
}
return false;`,
  );
}
