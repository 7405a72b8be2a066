import { createPrivateKey } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { campaignMessageSource, readCampaignParts } from "#core/campaign/message-source.ts";
import type { OpenRecipient } from "#core/delivery/open.ts";
import { type DkimSigner, dkimSigner } from "#core/mail/dkim/signer.ts";
import { deriveLinkKeys, type LinkKeys } from "#core/mail/links.ts";
import { type CompiledMessage, compileMessage } from "#core/mail/message/compile.ts";
import { renderMessage } from "#core/mail/message/render.ts";
import type { RenderedMessage } from "#core/mail/message/types.ts";
import type { Db } from "#core/platform/db.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import { dkimPurpose, ed25519Purpose } from "#core/sender/rules.ts";
import { senderDomains, senders, systemMails } from "#db/schema/index.ts";
import type { Metrics } from "./metrics.ts";

/** What the lanes need to know of a campaign. Until it expires it does not change after the launch, so it is kept. */
export type CampaignMail = {
  workspaceId: number;
  isSystem: boolean;
  /** 0 for system mail, whose senders differ. */
  senderDomainId: number;
  /** ms since the epoch; null for system mail. */
  expiresAt: number | null;
  /** The lists that one click unsubscribes from. */
  listIds: number[];
  /** Null for system mail, where each recipient has a message of their own, and where it cannot be made. */
  message: Compiled | null;
  /** Why the message cannot be made. */
  problem: string | null;
};

export type Compiled = { compiled: CompiledMessage; signers: DkimSigner[]; senderDomainId: number };

const KEPT = 200;
const KEEP_MS = 10 * 60_000;

type Kept<T> = { value: Promise<T>; until: number };

/** Messages compiled once per campaign, DKIM keys parsed once per domain. */
export class Messages {
  readonly metrics: Metrics;
  readonly #db: Db;
  readonly #settings: { appUrl: string; secret: string };
  readonly #keys: LinkKeys;
  readonly #campaigns = new Map<number, Kept<CampaignMail>>();
  readonly #signers = new Map<number, Kept<DkimSigner[]>>();

  constructor(db: Db, settings: { appUrl: string; secret: string }, metrics: Metrics) {
    this.#db = db;
    this.metrics = metrics;
    this.#settings = settings;
    this.#keys = deriveLinkKeys(settings.secret);
  }

  /** Throws where the campaign is gone or the database does not answer; a message that cannot be made is a `problem`. */
  async campaign(campaignId: number): Promise<CampaignMail> {
    const load = () => keep(this.#campaigns, campaignId, () => this.#loadCampaign(campaignId));
    const mail = await load();
    if (mail.expiresAt === null || mail.expiresAt > Date.now()) return mail;
    // Its time may have been set anew: somebody had recipients tried again.
    this.#campaigns.delete(campaignId);
    return load();
  }

  /** The message of one system mail. */
  async system(campaignId: number, seq: number, workspaceId: number): Promise<Compiled> {
    const [row] = await this.#db
      .select({ mail: systemMails, sender: senders })
      .from(systemMails)
      .innerJoin(senders, eq(senders.id, systemMails.senderId))
      .where(and(eq(systemMails.campaignId, campaignId), eq(systemMails.seq, seq)));
    const parts = await readCampaignParts(this.#db, campaignId);
    if (!row || !parts) throw new Error(`system mail ${campaignId}/${seq} is gone`);
    const { mail, sender } = row;
    const compiled = compileMessage({
      kind: "system",
      workspace: { id: workspaceId, name: parts.workspace.name, address: parts.workspace.postalAddress },
      campaign: { id: campaignId, name: mail.kind },
      sender: { name: sender.name, address: sender.address },
      replyTo: mail.replyTo ?? sender.replyTo,
      subject: mail.subject,
      html: mail.html || null,
      text: mail.text || null,
      lists: parts.lists,
      baseUrl: this.#settings.appUrl,
      trackOpens: false,
      trackClicks: false,
      listHeaders: mail.kind === "test",
    });
    return {
      compiled,
      signers: await this.#signersOf(sender.senderDomainId),
      senderDomainId: sender.senderDomainId,
    };
  }

  /** Renders and signs. Throws where Liquid fails for this recipient. */
  render(message: Compiled, recipient: OpenRecipient, listIds: readonly number[]): RenderedMessage {
    const began = performance.now();
    const rendered = renderMessage(
      message.compiled,
      {
        seq: recipient.seq,
        subscriberId: recipient.subscriberId,
        address: recipient.address,
        attributes: recipient.attributes,
        listId: recipient.listId,
        listIds: unsubscribesFrom(recipient.listId, listIds),
      },
      { keys: this.#keys, at: new Date(), signers: message.signers },
    );
    this.metrics.rendered(performance.now() - began);
    return rendered;
  }

  async #loadCampaign(campaignId: number): Promise<CampaignMail> {
    const parts = await readCampaignParts(this.#db, campaignId);
    if (!parts) throw new Error(`campaign ${campaignId} is gone`);
    const { campaign, senderDomain } = parts;
    const common = {
      workspaceId: campaign.workspaceId,
      expiresAt: campaign.expiresAt?.getTime() ?? null,
      listIds: campaign.audience.include.lists,
    };
    if (campaign.kind === "system") {
      return { ...common, isSystem: true, senderDomainId: 0, message: null, problem: null };
    }
    const senderDomainId = senderDomain?.id ?? 0;
    try {
      const compiled = compileMessage(campaignMessageSource(parts, this.#settings.appUrl));
      const signers = await this.#signersOf(senderDomainId);
      const message = { compiled, signers, senderDomainId };
      return { ...common, isSystem: false, senderDomainId, message, problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { ...common, isSystem: false, senderDomainId, message: null, problem };
    }
  }

  /** RSA, and Ed25519 besides where its record was found: a signature that nobody can check is worse than none. */
  #signersOf(senderDomainId: number): Promise<DkimSigner[]> {
    return keep(this.#signers, senderDomainId, async () => {
      const [row] = await this.#db.select().from(senderDomains).where(eq(senderDomains.id, senderDomainId));
      if (!row) throw new Error(`sender domain ${senderDomainId} is gone`);
      const signer = (selector: string, purpose: string, sealed: string) => {
        const privateKey = createPrivateKey(decryptSecret(this.#settings.secret, purpose, sealed));
        return dkimSigner({ domain: row.name, selector, privateKey });
      };
      const first = signer(row.dkimSelector, dkimPurpose(row.id), row.dkimPrivateKey);
      const { ed25519Selector, ed25519PrivateKey, ed25519FoundAt } = row;
      if (!ed25519FoundAt || !ed25519Selector || !ed25519PrivateKey) return [first];
      return [first, signer(ed25519Selector, ed25519Purpose(row.id), ed25519PrivateKey)];
    });
  }
}

/** One load at a time for a key; a failed one is not kept, the oldest goes first. */
function keep<T>(map: Map<number, Kept<T>>, key: number, load: () => Promise<T>): Promise<T> {
  const found = map.get(key);
  if (found && found.until > Date.now()) return found.value;
  const value = load();
  map.delete(key);
  map.set(key, { value, until: Date.now() + KEEP_MS });
  value.catch(() => map.delete(key));
  for (const old of map.keys()) {
    if (map.size <= KEPT) break;
    map.delete(old);
  }
  return value;
}

/**
 * The lists that one click leaves: the campaign's, and the one whose subscription counted where the person came by a
 * segment; none means all of the workspace.
 */
function unsubscribesFrom(counted: number | null, listIds: readonly number[]): readonly number[] {
  const isMissing = counted !== null && listIds.length > 0 && !listIds.includes(counted);
  return isMissing ? [...listIds, counted] : listIds;
}
