import postgres from "postgres";
import { firstRunToken } from "#core/platform/secrets.ts";

/** The address that makes the first administrator, while there is none. */
export async function findSetupLink(
  databaseUrl: string,
  appUrl: string,
  appSecret: string,
): Promise<string | undefined> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql`select exists (select 1 from users) as has_users`;
    return row?.has_users ? undefined : `${appUrl}/setup?token=${firstRunToken(appSecret)}`;
  } finally {
    await sql.end();
  }
}
