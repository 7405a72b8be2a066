import { parseArgs } from "node:util";
import { env } from "#core/platform/env.ts";
import { resetAdministrator } from "#core/user/reset-administrator.ts";
import { makeDb } from "./client.ts";

// Run as `npm run reset-password -- [address]`.
const { positionals } = parseArgs({ allowPositionals: true });
const { databaseUrl, appUrl, appSecret } = env();
const { db, end } = makeDb(databaseUrl, { max: 1, applicationName: "lettermill reset-password" });
try {
  const result = await resetAdministrator(
    { db, now: () => new Date(), actor: { kind: "system" }, settings: { appUrl, secret: appSecret } },
    positionals[0] ? { address: positionals[0] } : {},
  );
  if (result.ok) {
    process.stdout.write(
      `New password for ${result.address}: ${result.password}\nLog in at ${appUrl}/login and change it under Account. All other sessions were ended.\n`,
    );
  } else {
    process.stderr.write(`${result.reason}\n`);
    process.exitCode = 1;
  }
} finally {
  await end();
}
