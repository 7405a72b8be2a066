import type { Socket } from "node:net";
import { createServer, type Server } from "node:net";
import { type Afterwards, makeAfterwards } from "./afterwards.ts";
import { type BehaviourOverrides, behavioursOf } from "./behaviours.ts";
import type { ReceiverContext } from "./context.ts";
import { makeCourier } from "./courier.ts";
import { listen, startDns } from "./dns.ts";
import { guardedCertificates } from "./guarded.ts";
import { LimitKeeper } from "./limits.ts";
import { type Copies, MailLog } from "./log.ts";
import { BoundedMap } from "./memory.ts";
import { startPolicies } from "./policies.ts";
import { makeResolver } from "./resolve.ts";
import { Session } from "./session.ts";
import { makeCertificate } from "./tls.ts";
import type {
  FindRecords,
  LaterAction,
  MailRecord,
  Outcome,
  Provider,
  TakenMail,
  Violation,
  ViolationKind,
} from "./types.ts";
import { makeWorld, type World } from "./world.ts";

/** The world that people get who ask for none. */
export const DEFAULT_SEED = "sandbox";
/** The inbound listener's name in every world. */
export const INBOUND_HOST = "inbound.sandbox.example";

const remembered = 500_000;

export interface SandboxOptions {
  /** First half of a loopback network, such as `127.53`; or one whole address where there is no other. */
  block: string;
  /** One port for all receivers; 0 takes a free one. */
  smtpPort: number;
  /** Port of the DNS server on `<block>.0.53`; 0 takes a free one. */
  dnsPort: number;
  /** Port of the hosts that publish MTA-STS policies; 0 (default) takes a free one. */
  httpsPort?: number;
  /** The same seed makes the same world and the same people. */
  seed?: string;
  /** `natural` (default) has the shares of real audiences; in `quiet` everybody accepts unless tagged otherwise. */
  world?: "natural" | "quiet";
  behaviours?: BehaviourOverrides;
  /** Records of domains that are not the sandbox's own, such as those our sender domains publish. */
  records?: FindRecords;
  /** Where mail for `bounces.*` goes; the port is `smtpPort` unless given. */
  inbound?: { address: string; port?: number };
  /** The app, whose images and links people may fetch; nothing else is ever fetched. */
  appUrl?: string;
  /** Hand the text of each message to `onMail`. Without it nobody can open or click. */
  keepBodies: boolean;
  /** How many records `log` keeps, newest first to stay; default 20,000. Infinity in exact tests. */
  keepLog?: number;
  onMail?: (mail: TakenMail) => void;
  onLater?: (action: LaterAction, mail: MailRecord) => void;
}

export interface SandboxStats {
  connections: { total: number; open: number; peak: Record<string, number> };
  /** Taken: answered 250, or kept although the connection was dropped. */
  taken: number;
  accepted: number;
  bytes: number;
  outcomes: Record<string, Partial<Record<Outcome, number>>>;
  violationCounts: Partial<Record<ViolationKind, number>>;
  violations: Violation[];
  copies: Copies[];
  later: Record<LaterAction, number>;
  laterWaiting: number;
}

export interface Sandbox {
  dns: { host: string; port: number };
  smtpPort: number;
  httpsPort: number;
  providers: Provider[];
  world: World;
  /** The certificate of all receivers, for a client that wants to verify it. */
  certificate: string;
  stats(): SandboxStats;
  /** Records so far, oldest first. */
  readonly log: readonly MailRecord[];
  /** Asks the sandbox's DNS without a socket. */
  resolve: ReturnType<typeof makeResolver>;
  /** Breaks all open connections, as if the network had gone away. */
  dropConnections(): void;
  stop(): Promise<void>;
}

/**
 * Starts the internet in a box: DNS and receiving providers with their habits on loopback addresses. It knows
 * nothing of who sends. Rejects with the system's error when an address or port cannot be had.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const seed = options.seed ?? DEFAULT_SEED;
  const behaviours = behavioursOf(options.world ?? "natural", options.behaviours);
  const world = makeWorld({ block: options.block, seed, shares: behaviours.shares });
  const inbound = options.inbound && { address: options.inbound.address, host: INBOUND_HOST };
  const certificate = makeCertificate();
  const guarded = guardedCertificates(certificate.authority);
  const resolve = makeResolver(world, options.records, inbound, guarded.tlsa);
  const log = new MailLog(options.keepLog ?? 20_000);
  const limits = new LimitKeeper(behaviours);
  let smtpPort = options.smtpPort;
  let connections = 0;
  let after: Afterwards | null = null;
  const courier = makeCourier({
    answer: resolve,
    portOf: (address) =>
      address === options.inbound?.address ? (options.inbound.port ?? smtpPort) : smtpPort,
  });
  after = makeAfterwards({
    world,
    behaviours,
    seed,
    courier,
    appUrl: options.appUrl,
    onLater: options.onLater,
  });
  const afterwards = after;
  const context: ReceiverContext = {
    world,
    behaviours,
    seed,
    limits,
    log,
    greylist: new BoundedMap(remembered),
    turns: new BoundedMap(remembered),
    secureContext: behaviours.tls ? certificate.context : null,
    secureContextOf: guarded.mail,
    keepBodies: options.keepBodies,
    onTaken(mail, fate, provider) {
      options.onMail?.(mail);
      afterwards.plan(mail, fate, provider);
    },
  };

  const open = new Map<Socket, Session>();
  const servers: Server[] = [];
  let policies: Awaited<ReturnType<typeof startPolicies>> | null = null;
  const accept = (socket: Socket) => {
    connections += 1;
    open.set(socket, new Session(context, socket, connections));
    socket.on("close", () => open.delete(socket));
  };
  const close = async () => {
    afterwards.stop();
    courier.stop();
    const closed = servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const socket of open.keys()) socket.destroy();
    await Promise.all([...closed, policies?.close()]);
  };
  try {
    for (const address of world.addresses) {
      const server = createServer(accept);
      await listen(server, address, smtpPort);
      servers.push(server);
      const bound = server.address();
      if (smtpPort === 0 && typeof bound === "object" && bound) smtpPort = bound.port;
    }
    policies = await startPolicies({
      host: world.webAddress,
      port: options.httpsPort ?? 0,
      certificate: guarded.policies,
    });
    const single = options.block.split(".").length === 4;
    const dns = await startDns({
      host: single ? options.block : `${options.block}.0.53`,
      port: options.dnsPort,
      answer: resolve,
    });
    return {
      dns: { host: dns.host, port: dns.port },
      smtpPort,
      httpsPort: policies.port,
      providers: world.providers,
      world,
      certificate: certificate.pem,
      resolve,
      log: log.records,
      stats: () => ({
        connections: { total: connections, open: open.size, peak: limits.peakConnections },
        taken: log.total("accepted", "dropped-after-dot"),
        accepted: log.total("accepted"),
        bytes: log.bytes,
        outcomes: log.outcomes,
        violationCounts: limits.violationCounts,
        violations: limits.violations,
        copies: log.copies(),
        later: afterwards.counts(),
        laterWaiting: afterwards.waiting(),
      }),
      dropConnections() {
        for (const session of open.values()) session.destroy();
      },
      async stop() {
        await Promise.all([close(), dns.close()]);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
