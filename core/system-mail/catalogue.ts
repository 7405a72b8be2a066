import { readableBrand } from "#core/workspace/contrast.ts";

/** What a system mail shows of its workspace. */
export type MailBrand = { name: string; brandColor: string };

export type SystemMailBody = { subject: string; html: string; text: string };

type Letter = {
  subject: string;
  heading: string;
  /** Sentences, one paragraph each. */
  before: string[];
  button?: { label: string; href: string };
  after: string[];
};

/** All words of system mail. Values are plain text: they are escaped where the HTML is put together. */
export const CATALOGUE = {
  reset: (given: { name: string; link: string; hours: number }): Letter => ({
    subject: "Set a new password",
    heading: "Set a new password",
    before: [`Hello ${given.name}, somebody asked for a new password for this address.`],
    button: { label: "Set a new password", href: given.link },
    after: [
      `The link works once, for ${given.hours} hours.`,
      "If that was not you, nothing has changed and you can forget this mail.",
    ],
  }),
  invitation: (given: {
    workspace: string;
    inviter: string;
    can: string;
    link: string;
    days: number;
  }): Letter => ({
    subject: `${given.inviter} invites you to ${given.workspace}`,
    heading: `Come in to ${given.workspace}`,
    before: [`${given.inviter} invites you to ${given.workspace} on Lettermill. ${given.can}`],
    button: { label: "Accept the invitation", href: given.link },
    after: [
      `The link works once, for ${given.days} days.`,
      "If you do not know what this is, you can forget this mail.",
    ],
  }),
  confirm: (given: { workspace: string; lists: string[]; link: string; days: number }): Letter => ({
    subject: `Confirm that you want mail from ${given.workspace}`,
    heading: "One step is left",
    before: [`Somebody, probably you, signed up with this address for ${given.lists.join(", ")}.`],
    button: { label: "Confirm", href: given.link },
    after: [
      `The link works for ${given.days} days.`,
      "If that was not you, do nothing: without the confirmation you get no further mail.",
    ],
  }),
  askToJoin: (given: { workspace: string; lists: string[]; link: string; days: number }): Letter => ({
    subject: `Do you want mail from ${given.workspace}?`,
    heading: "You decide",
    before: [
      `${given.workspace} has this address and would like to send you ${given.lists.join(", ")}. Nothing comes unless you say yes.`,
    ],
    button: { label: "Yes, sign me up", href: given.link },
    after: [
      `The link works for ${given.days} days.`,
      "If you do nothing, you are reminded once at most and get no further mail.",
    ],
  }),
  remind: (given: { workspace: string; lists: string[]; link: string; days: number }): Letter => ({
    subject: `Still want mail from ${given.workspace}?`,
    heading: "One step is left",
    before: [
      `This address was signed up for ${given.lists.join(", ")}, but nobody has confirmed it. Without that you get no mail.`,
    ],
    button: { label: "Confirm", href: given.link },
    after: [
      `The link works for ${given.days} days.`,
      "This is the only reminder. If it was not you, do nothing.",
    ],
  }),
  alreadyIn: (given: { workspace: string; lists: string[] }): Letter => ({
    subject: `You are already subscribed to ${given.workspace}`,
    heading: "You are already in",
    before: [
      `Somebody, probably you, signed up again with this address for ${given.lists.join(", ")}. You are subscribed already, so nothing has changed.`,
    ],
    after: ["Each mail has a link at its end to change what you get or to leave."],
  }),
} as const;

/** Puts a letter into the plain frame of system mail: the workspace's name and colour, no images, no tracking. */
export function composeSystemMail(brand: MailBrand, letter: Letter): SystemMailBody {
  const color = readableBrand(brand.brandColor);
  const paragraph = (text: string) =>
    `<p style="margin:0 0 16px;font-size:15px;line-height:24px">${escapeHtml(text)}</p>`;
  const button = letter.button
    ? `<p style="margin:24px 0"><a href="${escapeHtml(letter.button.href)}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:${color};color:#ffffff;font-weight:600;font-size:15px;text-decoration:none">${escapeHtml(letter.button.label)}</a></p>` +
      `<p style="margin:0 0 16px;font-size:13px;line-height:20px;color:#5b6472;word-break:break-all">${escapeHtml(letter.button.href)}</p>`
    : "";
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(letter.subject)}</title></head>
<body style="margin:0;padding:24px;background:#f6f5f2;color:#1b1f2a;font-family:Geist,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-top:4px solid ${color};border-radius:10px">
<p style="margin:0 0 24px;font-size:13px;font-weight:600;color:${color}">${escapeHtml(brand.name)}</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:30px">${escapeHtml(letter.heading)}</h1>
${letter.before.map(paragraph).join("\n")}
${button}
${letter.after.map(paragraph).join("\n")}
</div>
</body></html>`;
  const text = [
    letter.heading,
    ...letter.before,
    ...(letter.button ? [`${letter.button.label}:\n${letter.button.href}`] : []),
    ...letter.after,
    `-- \n${brand.name}`,
  ].join("\n\n");
  return { subject: letter.subject.replace(/\s+/g, " ").trim(), html, text };
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
