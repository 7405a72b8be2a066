import type { CampaignCheck } from "#core/campaign/checks.ts";
import type { CampaignAudience, ContentFormat } from "#core/campaign/types.ts";

/** What the editor holds of a campaign; a template has name and content only. */
export type Draft = {
  name: string;
  subject: string;
  preheader: string;
  senderId: number | null;
  replyTo: string | null;
  audience: CampaignAudience;
  trackOpens: boolean;
  trackClicks: boolean;
  expireAfterHours: number;
  format: ContentFormat;
  document: unknown;
  html: string;
};

/** What a save carries: fields that changed. */
export type DraftPatch = Partial<Omit<Draft, "format" | "document" | "html">> & {
  content?: { format: "blocks"; document: unknown } | { format: "html"; html: string };
};

/** Number of a campaign's version; moment of a template's. */
export type Revision = number | string;

export type OtherDraft = {
  revision: Revision;
  by: string | null;
  isOwn: boolean;
  at: string;
  subject: string;
  html: string;
  text: string;
  /** What this tab wanted to save, in the same words; null where it did not change that. */
  mine: { subject: string | null; text: string | null };
};

/** A draft as it lies on the server. */
export type StoredDraft = {
  draft: Draft;
  revision: Revision;
  savedAt: string;
  by: string | null;
  checks?: CampaignCheck[];
};

export type SaveAnswer =
  | {
      ok: true;
      outcome: "saved";
      revision: Revision;
      savedAt: string;
      html: string;
      checks?: CampaignCheck[];
    }
  | { ok: true; outcome: "changed-by-another"; theirs: OtherDraft }
  | { ok: false; reason: string; fields?: Record<string, string> };

export type SaveState =
  | { kind: "saved"; at: string | null }
  | { kind: "unsaved" }
  | { kind: "saving" }
  | { kind: "offline" }
  | { kind: "refused"; reason: string; fields: Record<string, string> }
  | { kind: "conflict"; theirs: OtherDraft };

export type NamedId = { id: number; name: string };

export type EditorChoices = {
  senders: { id: number; name: string; address: string; domain: string }[];
  lists: NamedId[];
  segments: NamedId[];
  attributes: { key: string; label: string }[];
};

/** Addresses of the routes that the editor speaks to. */
export type EditorUrls = {
  back: string;
  save: string;
  images: string;
  /** Reads the draft as it lies on the server. */
  stored?: string;
  /** Says that this tab is here, and hears who else is. */
  meet?: string;
  /** The stream that tells of changes to the draft. */
  live?: string;
  versions?: string;
  preview?: string;
  audience?: string;
  review?: string;
  senders?: string;
  settings?: string;
};
