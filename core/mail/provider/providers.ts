import type { Limits, Provider } from "./types.ts";

/** For every cell that a provider leaves blank, and for every site without a provider. */
export const DEFAULT_LIMITS = {
  connections: 10,
  messagesPerConnection: 100,
  messagesPerSecond: 100,
  connectionsPerMinute: 100,
  tls: "opportunistic",
  idleSeconds: 60,
} as const satisfies Limits;

/** A lane of a shard serves hundreds of small sites: many connections in all, very few to each. */
export const SHARD_LIMITS = {
  ...DEFAULT_LIMITS,
  connections: 20,
  connectionsPerMinute: 1_200,
  messagesPerConnection: 20,
  perSite: { connections: 2, messagesPerSecond: 5 },
} as const satisfies Limits;

/**
 * The providers we know by name. Numbers are those that the providers publish or that large senders agree on;
 * an administrator may change each of them. Ids are stored in the database: add rows, never renumber.
 */
export const PROVIDERS = [
  {
    id: 1,
    key: "google",
    name: "Google",
    bucketName: "Google",
    mx: ["google.com", "googlemail.com"],
    perHost: false,
    limits: { connections: 5, messagesPerConnection: 50, tls: "verified" },
    origin:
      "KumoMTA's shaping file: 5 connections to all of Google, 50 messages on each. Google defers mail that comes without TLS.",
  },
  {
    id: 2,
    key: "outlook",
    name: "Microsoft",
    bucketName: "Outlook.com",
    mx: ["olc.protection.outlook.com"],
    perHost: false,
    limits: { connections: 5, messagesPerConnection: 50 },
    origin: "KumoMTA's shaping file: 5 connections to the whole provider, 50 messages on each.",
  },
  {
    id: 3,
    key: "office365",
    name: "Microsoft",
    bucketName: "Microsoft 365",
    mx: ["mail.protection.outlook.com", "mx.microsoft"],
    perHost: true,
    limits: { connections: 5, messagesPerConnection: 50, connectionsPerMinute: 600 },
    origin:
      "KumoMTA's shaping file: 5 connections to the whole provider, 50 messages on each. Its 100 new connections a minute are to each customer's own server; 600 to all of them are our own choice.",
  },
  {
    id: 4,
    key: "yahoo",
    name: "Yahoo",
    bucketName: "Yahoo",
    mx: ["yahoodns.net"],
    perHost: false,
    limits: { messagesPerConnection: 20 },
    origin:
      "Yahoo's own word, by way of KumoMTA's shaping file: 20 messages on a connection. The rest is the default row of that file.",
  },
  {
    id: 5,
    key: "apple",
    name: "Apple",
    bucketName: "Apple",
    mx: ["icloud.com"],
    perHost: false,
    limits: { connections: 10, messagesPerConnection: 5 },
    origin: "KumoMTA's shaping file: 10 connections to the whole provider, 5 messages on each.",
  },
  {
    id: 6,
    key: "comcast",
    name: "Comcast",
    bucketName: "Comcast",
    mx: ["comcast.net"],
    perHost: false,
    limits: { connections: 25, messagesPerConnection: 1000, tls: "verified", idleSeconds: 30 },
    origin:
      "Comcast's own word, by way of KumoMTA's shaping file: 25 connections, 1,000 messages on each, TLS, closed after 30 s.",
  },
  {
    id: 7,
    key: "mimecast",
    name: "Mimecast",
    bucketName: "Mimecast",
    mx: ["mimecast.com", "mimecast.co.za", "mimecast-offshore.com"],
    perHost: true,
    limits: { connections: 10, messagesPerConnection: 100 },
    origin: "KumoMTA's shaping file: 10 connections to each of Mimecast's regions, 100 messages on each.",
  },
  {
    id: 8,
    key: "gmx",
    name: "GMX and WEB.DE",
    bucketName: "GMX and WEB.DE",
    mx: ["web.de", "gmx.net"],
    perHost: false,
    limits: { connections: 4, messagesPerConnection: 20, tls: "verified" },
    origin: "The community's part of KumoMTA's shaping file: 4 connections, 20 messages on each, TLS.",
  },
  {
    id: 9,
    key: "orange",
    name: "Orange",
    bucketName: "Orange",
    mx: ["orange.fr"],
    perHost: false,
    limits: { connections: 2, messagesPerConnection: 100, tls: "verified" },
    origin: "KumoMTA's shaping file: 2 connections to the whole provider, 100 messages on each, TLS.",
  },
  {
    id: 10,
    key: "yahoo-japan",
    name: "Yahoo Japan",
    bucketName: "Yahoo Japan",
    mx: ["yahoo.co.jp"],
    perHost: false,
    limits: { connections: 2, messagesPerConnection: 20, messagesPerSecond: 10 },
    origin:
      "The community's part of KumoMTA's shaping file: 2 connections, 20 messages on each, 10 a second.",
  },
  {
    id: 11,
    key: "barracuda",
    name: "Barracuda",
    bucketName: "Barracuda",
    mx: ["barracudanetworks.com"],
    perHost: true,
    limits: { connections: 10, messagesPerConnection: 15, connectionsPerMinute: 600, tls: "verified" },
    origin:
      "KumoMTA's shaping files: 10 connections to the whole provider, 15 messages on each, TLS. Its 100 new connections a minute are to each server; 600 to all of them are our own choice.",
  },
  {
    id: 12,
    key: "netvigator",
    name: "Netvigator",
    bucketName: "Netvigator",
    mx: ["netvigator.com"],
    perHost: false,
    limits: { connections: 5, messagesPerConnection: 10, tls: "verified" },
    origin: "KumoMTA's shaping files: 5 connections to the whole provider, 10 messages on each, TLS.",
  },
  {
    id: 13,
    key: "kpn",
    name: "KPN",
    bucketName: "KPN",
    mx: ["kpnmail.nl"],
    perHost: false,
    limits: { connections: 10, messagesPerConnection: 10, tls: "verified" },
    origin: "KumoMTA's shaping files: 10 connections, 10 messages on each, TLS.",
  },
  {
    id: 14,
    key: "qq",
    name: "Tencent QQ",
    bucketName: "Tencent QQ",
    mx: ["qq.com"],
    perHost: false,
    limits: { connections: 4, messagesPerConnection: 8, tls: "verified" },
    origin: "KumoMTA's shaping files: 4 connections, 8 messages on each, TLS.",
  },
  {
    id: 15,
    key: "netease",
    name: "NetEase",
    bucketName: "NetEase",
    mx: ["netease.com"],
    perHost: false,
    // Never in clear text, but their certificates name other hosts.
    limits: { connections: 4, messagesPerConnection: 7, tls: "required" },
    origin: "KumoMTA's shaping files: 4 connections, 7 messages on each, TLS with whatever certificate.",
  },
] as const satisfies readonly Provider[];

export type ProviderKey = (typeof PROVIDERS)[number]["key"];
