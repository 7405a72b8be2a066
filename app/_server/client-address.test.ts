import { describe, expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

describe("clientAddress", () => {
  test("believes nobody without a trusted proxy", () => {
    expect(clientAddress("1.2.3.4", "10.0.0.9", 0)).toBe("10.0.0.9");
    expect(clientAddress(undefined, "::ffff:10.0.0.9", 0)).toBe("10.0.0.9");
    expect(clientAddress("1.2.3.4", undefined, 0)).toBeNull();
  });

  test("counts hops from the right, so that a forged head changes nothing", () => {
    expect(clientAddress("6.6.6.6, 203.0.113.7", "10.0.0.1", 1)).toBe("203.0.113.7");
    expect(clientAddress("6.6.6.6, 203.0.113.7, 10.0.0.2", "10.0.0.1", 2)).toBe("203.0.113.7");
  });

  test("is unknown when the proxy did not say, or said nonsense", () => {
    expect(clientAddress(undefined, "10.0.0.1", 1)).toBeNull();
    expect(clientAddress("me", "10.0.0.1", 1)).toBeNull();
  });

  test("strips ports, brackets and zones", () => {
    expect(clientAddress("203.0.113.7:5123", "10.0.0.1", 1)).toBe("203.0.113.7");
    expect(clientAddress("[2001:db8::7]:443", "10.0.0.1", 1)).toBe("2001:db8::7");
    expect(clientAddress(undefined, "fe80::1%eth0", 0)).toBe("fe80::1");
  });
});
