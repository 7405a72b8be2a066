"use server";

import { z } from "zod";
import { adminAction } from "#app/_server/action.ts";
import { makeDns } from "#core/domain/dns.ts";
import { env } from "#core/platform/env.ts";
import { readNetwork } from "#core/platform/network.ts";
import { addEd25519 } from "#core/sender-domain/add-ed25519.ts";
import { checkSenderDomain } from "#core/sender-domain/check.ts";
import { removeEd25519 } from "#core/sender-domain/remove-ed25519.ts";

const Input = z.object({ senderDomainId: z.coerce.number().int() });

/** Asks the resolvers of the network in use, never the machine's own. */
export const checkDomainAction = adminAction(Input, async (ctx, input) => {
  const { dnsServers } = await readNetwork(ctx.db, env());
  return checkSenderDomain(ctx, input, makeDns(dnsServers, { timeoutMs: 3000, tries: 2 }));
});

export const addEd25519Action = adminAction(Input, addEd25519);

export const removeEd25519Action = adminAction(Input, removeEd25519);
