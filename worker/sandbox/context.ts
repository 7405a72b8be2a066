import type { SecureContext } from "node:tls";
import type { Fate } from "./habits.ts";
import type { LimitKeeper } from "./limits.ts";
import type { MailLog } from "./log.ts";
import type { BoundedMap } from "./memory.ts";
import type { Behaviours, Provider, TakenMail } from "./types.ts";
import type { World } from "./world.ts";

/** What all receivers of one sandbox share. */
export interface ReceiverContext {
  world: World;
  behaviours: Behaviours;
  seed: string;
  limits: LimitKeeper;
  log: MailLog;
  /** First sight of (client, sender, recipient), ms since the epoch. */
  greylist: BoundedMap<number>;
  /** How often an address has deferred or dropped a sender. */
  turns: BoundedMap<number>;
  secureContext: SecureContext | null;
  /** The certificate of a host that has one of its own. */
  secureContextOf: (host: string) => SecureContext | undefined;
  keepBodies: boolean;
  onTaken: (mail: TakenMail, fate: Fate, provider: Provider) => void;
}
