import { Sentence } from "./sentence.ts";

const PARTS = ["web", "worker", "inbound", "sandbox"] as const;
export type Part = (typeof PARTS)[number];

export interface UpArguments {
  /** Pages are compiled as they are opened, and again when their source changes. */
  dev: boolean;
  /** A believable workspace is added, where there is none yet. */
  demo: boolean;
  /** Nothing but these, on a machine that shares a database with others; empty means everything. */
  only: Part[];
}

/** @throws Sentence with the usage */
export function parseArguments(given: string[]): UpArguments {
  const parsed: UpArguments = { dev: false, demo: false, only: [] };
  for (let at = 0; at < given.length; at += 1) {
    const [name, inline] = (given[at] ?? "").split("=", 2);
    if (name === "--dev") parsed.dev = true;
    else if (name === "--demo") parsed.demo = true;
    else if (name === "--only") {
      if (inline === undefined) at += 1;
      const wanted = inline ?? given[at];
      const part = PARTS.find((one) => one === wanted);
      if (!part) throw new Sentence(`--only takes one of ${PARTS.join(", ")}.`);
      parsed.only.push(part);
    } else
      throw new Sentence(
        `${name} is not known. Usage: npm run up -- [--demo] [--dev] [--only web|worker|inbound|sandbox]`,
      );
  }
  if (parsed.demo && parsed.only.length > 0)
    throw new Sentence("--demo goes with the whole house, not with --only.");
  return parsed;
}
