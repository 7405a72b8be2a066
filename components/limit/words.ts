import type { LimitValues, TlsLevel } from "#core/limit/types.ts";

/** What a lane asks of a connection, in few words. */
export const TLS_WORDS: Record<TlsLevel, string> = {
  opportunistic: "where offered",
  required: "required",
  verified: "required, checked",
};

/** The fields of the form, in its order, with what each means. */
export const FIELDS: Record<keyof LimitValues, { label: string; unit?: string; help: string }> = {
  connections: { label: "Connections", help: "Open at the same time, from one source." },
  messagesPerConnection: {
    label: "Messages a connection",
    help: "Then it is closed and another opened.",
  },
  messagesPerSecond: {
    label: "Messages a second",
    unit: "a second",
    help: "Replies lower it further. 0.5 is one in two seconds.",
  },
  connectionsPerMinute: {
    label: "New connections a minute",
    unit: "a minute",
    help: "As many as are allowed at once may open together.",
  },
  siteConnections: { label: "Connections to one site", help: "Of all that the lane has." },
  siteMessagesPerSecond: {
    label: "Messages a second to one site",
    unit: "a second",
    help: "Each site of the lane gets no more.",
  },
  perDay: {
    label: "Messages a day from one source",
    unit: "a day",
    help: "Beyond it the rest waits for the next day, which begins at 00:00 UTC.",
  },
  overallPerHour: {
    label: "Messages an hour in all",
    unit: "an hour",
    help: "From all own IP addresses together, spread evenly over the hour.",
  },
  overallPerDay: {
    label: "Messages a day in all",
    unit: "a day",
    help: "From all own IP addresses together. What relays send does not count.",
  },
  idleSeconds: {
    label: "Idle connections close after",
    unit: "s",
    help: "Kept open for the next mail until then.",
  },
  tls: {
    label: "TLS",
    help: "Checked: the certificate is for the server's name, by an authority that is known.",
  },
};
