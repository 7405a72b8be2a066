import { z } from "zod";
import { Address, NewPassword, PersonName } from "#core/user/input.ts";
import { WORKSPACE_ROLES } from "#core/user/types.ts";
import { isTimeZone, slugFault } from "./rules.ts";

const Slug = z
  .string()
  .trim()
  .toLowerCase()
  .superRefine((slug, ctx) => {
    const fault = slugFault(slug);
    if (fault) ctx.addIssue(fault);
  });

const Name = z.string().trim().min(1, "A workspace needs a name.").max(80, "Use 80 characters at most.");

const PostalAddress = z
  .string()
  .trim()
  .max(500, "Use 500 characters at most.")
  .transform((text) => text.replace(/\r\n?/g, "\n"));

/** CAN-SPAM wants a postal address in every mail; without one nothing goes out. */
const GivenPostalAddress = PostalAddress.refine(
  (text) => text.length >= 10,
  "Give street, place and country.",
);

const TimeZone = z.string().refine(isTimeZone, "Choose a time zone.");

const SenderName = z
  .string()
  .trim()
  .min(1, "Recipients see this name.")
  .max(100, "Use 100 characters at most.");

export const CreateWorkspaceInput = z.object({
  name: Name,
  slug: Slug,
  postalAddress: GivenPostalAddress,
  timeZone: TimeZone,
  senderName: SenderName,
  senderAddress: Address,
});
export type CreateWorkspaceInput = z.infer<typeof CreateWorkspaceInput>;

/** The first-run page: account, workspace, sender. `workspaceName` and `name` are two fields of one form. */
export const SetUpInput = z.object({
  token: z.string().max(100),
  name: PersonName,
  address: Address,
  password: NewPassword,
  workspaceName: Name,
  slug: Slug,
  postalAddress: GivenPostalAddress,
  timeZone: TimeZone,
  senderName: SenderName,
  senderAddress: Address,
});
export type SetUpInput = z.infer<typeof SetUpInput>;

export const SaveGeneralInput = z.object({
  name: Name,
  brandColor: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^#[0-9a-f]{6}$/, "Write the colour as #rrggbb."),
  postalAddress: PostalAddress,
  timeZone: TimeZone,
  takeBackSeconds: z
    .number("Give a number of seconds.")
    .int("Give whole seconds.")
    .min(0, "0 seconds or more.")
    .max(300, "300 seconds at most."),
  typeNumberAbove: z
    .number("Give a number of people.")
    .int()
    .min(1, "1 or more.")
    .max(100_000_000)
    .nullable(),
  repeatUncertain: z.boolean().default(false),
});
export type SaveGeneralInput = z.infer<typeof SaveGeneralInput>;

export const SaveTrackingInput = z.object({ trackOpens: z.boolean(), trackClicks: z.boolean() });
export type SaveTrackingInput = z.infer<typeof SaveTrackingInput>;

export const SetLogoInput = z.object({ fileId: z.uuid().nullable() });
export type SetLogoInput = z.infer<typeof SetLogoInput>;

export const ChangeRoleInput = z.object({
  userId: z.coerce.number().int().positive(),
  role: z.enum(WORKSPACE_ROLES),
});
export type ChangeRoleInput = z.infer<typeof ChangeRoleInput>;

export const RemoveMemberInput = z.object({ userId: z.coerce.number().int().positive() });
export type RemoveMemberInput = z.infer<typeof RemoveMemberInput>;
