import { setTimeout as wait } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { isAlive } from "#db/embedded/postmaster.ts";

const WATCH_MS = 500;
const RETRY_MS = 5000;

export interface KeptDatabase {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts (or adopts) the embedded PostgreSQL and starts it again should it ever die under us,
 * on the same port, so that everybody's connections find it again.
 */
export async function keepDatabase(dataDir: string, say: (line: string) => void): Promise<KeptDatabase> {
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir, log: say });
  let isEnding = false;
  let restarting: Promise<void> | undefined;

  async function restart(): Promise<void> {
    say("PostgreSQL has ended; starting it again");
    while (!isEnding) {
      try {
        const again = await startEmbeddedPostgres({ dataDir, log: say });
        if (again.url !== server.url)
          say("PostgreSQL had to take another port: end Lettermill and start it again");
        server = again;
        return;
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
        await wait(RETRY_MS);
      }
    }
  }

  const timer = setInterval(() => {
    if (isEnding || restarting || isAlive(server.pid)) return;
    restarting = restart().finally(() => {
      restarting = undefined;
    });
  }, WATCH_MS);

  return {
    url: server.url,
    stop: async () => {
      isEnding = true;
      clearInterval(timer);
      await restarting;
      await server.stop();
    },
  };
}
