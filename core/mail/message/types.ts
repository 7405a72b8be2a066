/** What a message is made of: the source a person wrote, the recipient it is for, and what comes out. */

/** A list as headers name it. */
export interface MessageList {
  id: number;
  name: string;
}

/** One campaign variant (or one system mail) before compiling. */
export interface MessageSource {
  /** System mail carries no Liquid, footer, tracking or list headers; its text may hold what people typed. */
  kind: "campaign" | "system";
  /** `address` is the postal address, several lines allowed. */
  workspace: { id: number; name: string; address: string };
  campaign: { id: number; name: string };
  /** From; its domain is the sender domain of Message-ID and List-Id. */
  sender: { name: string; address: string };
  replyTo?: string | null;
  /** Domain of return path and unsubscribe address. Default: `bounces.<sender domain>`. */
  bounceDomain?: string;
  subject: string;
  preheader?: string | null;
  /** Null for a mail of text only. */
  html: string | null;
  /** Null: made from the HTML. */
  text?: string | null;
  /** The lists whose names may stand in List-Id. */
  lists: readonly MessageList[];
  /** Where public links lead, such as `https://news.example.com`. */
  baseUrl: string;
  trackOpens: boolean;
  trackClicks: boolean;
  /** List headers on system mail (a test send); campaigns always have them. */
  listHeaders?: boolean;
}

/** One recipient. */
export interface MessageRecipient {
  seq: number;
  subscriberId: number | null;
  /** As it goes on the wire: ASCII local part, A-label domain. */
  address: string;
  /** Name for To, where known. */
  name?: string | null;
  attributes: Readonly<Record<string, unknown>>;
  /** The list whose subscription counted; names List-Id and Feedback-ID. */
  listId: number | null;
  /** The lists that one click unsubscribes from; none means all of the workspace. */
  listIds: readonly number[];
}

/** A message ready for the wire. */
export interface RenderedMessage {
  /** Whole message, CRLF only, no line starts with a dot, no final `CRLF . CRLF`. */
  bytes: Buffer;
  /** With angle brackets; the same for every retry. */
  messageId: string;
  /** Envelope sender. */
  returnPath: string;
}

/** What a preview and the page "view in browser" show. */
export interface MessagePreview {
  subject: string;
  preheader: string;
  /** Null where the mail is text only. */
  html: string | null;
  text: string;
}
