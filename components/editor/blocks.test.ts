import { expect, test } from "vitest";
import { isAddress } from "./blocks.ts";

test("addresses become links as they are typed, variables do not", () => {
  for (const address of [
    "https://nordkai.example/roast",
    "www.nordkai.example",
    "nordkai.example/roast",
    "mailto:a@b.example",
  ])
    expect(isAddress(address), address).toBe(true);
  for (const other of [
    "subscriber.city",
    "subscriber.company/x",
    "workspace.name",
    "campaign.name",
    "10.5.3.1",
    "word",
  ])
    expect(isAddress(other), other).toBe(false);
});
