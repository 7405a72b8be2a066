import type { Provider } from "./types.ts";

// Limits restate what the providers publish or are known to apply; a blank takes the common default.
const usual = { connections: 10, messagesPerConnection: 100, perSecond: 100 };

const windowsMail = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

/**
 * Receivers with names; all other sites are small ones that share a pool of addresses. Domains under `.example` are
 * for invented people: nobody can own one (RFC 2606).
 */
export const providers: Provider[] = [
  {
    name: "google",
    domains: ["gmail.com", "googlemail.com", "gmail.example"],
    mx: [
      "gmail-smtp-in.l.google.com",
      "alt1.gmail-smtp-in.l.google.com",
      "alt2.gmail-smtp-in.l.google.com",
      "alt3.gmail-smtp-in.l.google.com",
      "alt4.gmail-smtp-in.l.google.com",
    ],
    suffixes: ["google.com", "googlemail.com"],
    addresses: 4,
    limits: { ...usual, connections: 5, messagesPerConnection: 50 },
    requiresTls: true,
    judgesContent: true,
    imageAgent: "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    wording: {
      unknown:
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550-5.1.1 unnecessary spaces. For more information, go to\r\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp",
      full: "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\r\n452-4.2.2 recipient to\r\n452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp - gsmtp",
      overquota:
        "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please direct\r\n552-5.2.2 the recipient to\r\n552 5.2.2 https://support.google.com/mail/?p=OverQuotaPerm - gsmtp",
      defer: "451 4.3.0 Mail server temporarily rejected message. - gsmtp",
      blocked:
        "550-5.7.1 [{ip}] Our system has detected that this message is likely unsolicited\r\n550-5.7.1 mail. To reduce the amount of spam sent to Gmail, this message has been\r\n550-5.7.1 blocked. For more information, go to\r\n550 5.7.1 https://support.google.com/mail/?p=UnsolicitedMessageError - gsmtp",
      rate: "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from\r\n421-4.7.28 your IP address [{ip}]. To protect our users from spam, mail sent from your IP\r\n421-4.7.28 address has been temporarily rate limited. For more information, go to\r\n421 4.7.28 https://support.google.com/mail/?p=UnsolicitedRateLimitError - gsmtp",
      connections:
        "421 4.7.0 Too many concurrent connections from your IP address, closing connection. - gsmtp",
      tls: "421-4.7.29 Your email has been rate limited because this message wasn't sent over\r\n421 4.7.29 a TLS connection. - gsmtp",
    },
  },
  {
    name: "yahoo",
    domains: [
      "yahoo.com",
      "ymail.com",
      "rocketmail.com",
      "aol.com",
      "aim.com",
      "yahoo.co.uk",
      "yahoo.de",
      "yahoo.fr",
      "yahoo.es",
      "yahoo.it",
      "yahoo.ca",
      "yahoo.com.br",
      "att.net",
      "sbcglobal.net",
      "bellsouth.net",
      "verizon.net",
      "yahoo.example",
      "aol.example",
    ],
    mx: ["mta5.am0.yahoodns.net", "mta6.am0.yahoodns.net", "mta7.am0.yahoodns.net"],
    suffixes: ["yahoodns.net"],
    addresses: 3,
    limits: { ...usual, messagesPerConnection: 20 },
    closesSilently: true,
    lacksUtf8: true,
    imageAgent: "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    wording: {
      unknown: "552 1 Requested mail action aborted, mailbox not found",
      full: "451 mailbox for {address} is full (#4.2.2)",
      overquota: "552 5.2.2 <{address}> mailbox full, quota exceeded",
      defer: "451 4.3.2 Internal error reading data",
      blocked:
        "553 5.7.1 [BL21] Connections will not be accepted from {ip}, because the ip is in Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html",
      rate: "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
      connections: "421 4.7.0 [IPTS04] Too many concurrent SMTP connections; please try again later.",
    },
  },
  {
    name: "outlook",
    domains: [
      "outlook.com",
      "hotmail.com",
      "live.com",
      "msn.com",
      "hotmail.co.uk",
      "hotmail.fr",
      "hotmail.de",
      "hotmail.it",
      "hotmail.es",
      "outlook.de",
      "outlook.fr",
      "live.co.uk",
      "live.nl",
      "live.fr",
      "passport.com",
      "outlook.example",
      "hotmail.example",
    ],
    mx: ["outlook-com.olc.protection.outlook.com"],
    suffixes: ["olc.protection.outlook.com"],
    addresses: 4,
    limits: { ...usual, connections: 5, messagesPerConnection: 50 },
    imageAgent: windowsMail,
    wording: {
      unknown: "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [{host}]",
      full: "452 4.2.2 Mailbox full; please try again later. [{host}]",
      overquota: "552 5.2.2 Mailbox full. [{host}]",
      defer: "451 4.3.2 Temporary server error. Please try again later ATTR17 [{host}]",
      blocked:
        "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [{host}]",
      rate: "451 4.7.651 The mail server [{ip}] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S3114) [{host}]",
      connections:
        "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel. [{host}]",
      messages:
        "421 4.3.2 The client has exceeded maximum number of messages per connection, closing transmission channel. [{host}]",
    },
  },
  {
    name: "office365",
    domains: [],
    mx: [],
    suffixes: ["mail.protection.outlook.com", "mx.microsoft"],
    addresses: 4,
    limits: { ...usual, connections: 5, messagesPerConnection: 50 },
    imageAgent: windowsMail,
    scans: true,
    wording: {
      unknown: "550 5.4.1 Recipient address rejected: Access denied. [{host}]",
      full: "452 4.2.2 Mailbox full; STOREDRV; mailbox is full [{host}]",
      overquota:
        "552 5.2.2 Mailbox full; STOREDRV.Deliver; mailbox full. The recipient's mailbox is full and can't accept messages now. [{host}]",
      defer: "451 4.7.500 Server busy. Please try again later from [{ip}]. (AS77712344) [{host}]",
      blocked:
        "550 5.7.1 Service unavailable, Client host [{ip}] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/{ip} (AS16012611) [{host}]",
      rate: "451 4.7.500 Server busy. Please try again later from [{ip}]. (AS843) [{host}]",
      connections:
        "421 4.3.2 The maximum number of concurrent connections per resource forest has exceeded a limit, closing transmission channel. [{host}]",
    },
  },
  {
    name: "apple",
    domains: ["icloud.com", "me.com", "mac.com", "icloud.example"],
    mx: ["mx01.mail.icloud.com", "mx02.mail.icloud.com"],
    suffixes: ["mail.icloud.com"],
    addresses: 2,
    limits: { ...usual, messagesPerConnection: 5 },
    imageAgent: "Mozilla/5.0",
    prefetches: true,
    wording: {
      unknown: "550 5.1.1 <{address}>: user does not exist",
      full: "452 4.2.2 <{address}>: user is overquota",
      overquota: "552 5.2.2 <{address}>: user is overquota",
      defer: "451 4.3.2 [BS02] Temporary server error. Try again later",
      blocked:
        "550 5.7.1 Mail from IP {ip} was rejected due to listing in Spamhaus SBL. For details please see http://www.spamhaus.org/query/bl?ip={ip}",
      rate: "421 4.7.1 Messages to {address} deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137",
    },
  },
  {
    name: "gmx",
    domains: ["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.example"],
    mx: ["mx00.gmx.net", "mx01.gmx.net"],
    suffixes: ["gmx.net", "web.de"],
    addresses: 2,
    limits: { ...usual, connections: 4, messagesPerConnection: 20 },
    requiresTls: true,
    wording: {
      unknown: "550 Requested action not taken: mailbox unavailable",
      full: "452 Requested mail action aborted: exceeded storage allocation, quota exceeded",
      overquota: "552 5.2.2 Requested mail action aborted: exceeded storage allocation",
      blocked:
        "554 Transaction failed. Reject due to policy restrictions. For explanation visit https://postmaster.gmx.net/en/error-messages?ip={ip}&c=hi",
      rate: "450 4.7.0 Requested mail action not taken: mailbox unavailable. Sender IP {ip} sends too fast",
      connections: "421 {host} Service closing transmission channel - Too many connections",
    },
  },
  {
    name: "comcast",
    domains: ["comcast.net", "xfinity.com", "comcast.example"],
    mx: ["mx1h1.comcast.net", "mx2h1.comcast.net"],
    suffixes: ["comcast.net"],
    addresses: 2,
    limits: { ...usual, connections: 25, messagesPerConnection: 1000 },
    requiresTls: true,
    wording: {
      unknown: "550 5.1.1 <{address}> Account not available",
      full: "452 4.2.2 <{address}> recipient over quota",
      overquota: "552 5.1.1 <{address}> recipient rejected - extended quota violation",
      defer: "450 4.2.0 <{address}> - Recipient temporarily unavailable",
      blocked:
        "554 {host} comcast {ip} Comcast block for spam. Please see http://postmaster.comcast.net/smtp-error-codes.php#BL000000",
      rate: "421 4.1.0 {ip} Throttled - try again later. Please see https://postmaster.comcast.net/smtp-error-codes.php#RL000010",
    },
  },
  {
    name: "orange",
    domains: ["orange.fr", "wanadoo.fr", "orange.example"],
    mx: ["smtp-in.orange.fr"],
    suffixes: ["orange.fr"],
    addresses: 1,
    limits: { ...usual, connections: 2 },
    requiresTls: true,
    wording: {
      unknown: "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]",
      full: "452 4.2.2 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
      overquota: "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
      defer:
        "421 4.2.1 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_007",
      blocked:
        "550 5.7.1 mwinf5c04 ME Adresse IP source bloquee pour incident de spam. Client host blocked for spamming issues. OFR_506 [506]",
      connections:
        "421 mwinf5c79 ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR_104 [104]",
    },
  },
  {
    name: "mimecast",
    domains: [],
    mx: [],
    suffixes: ["mimecast.com", "mimecast.co.za", "mimecast-offshore.com"],
    addresses: 2,
    limits: usual,
    scans: true,
    wording: {
      unknown: "550 5.1.1 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
      defer:
        "451 Internal resource temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451",
      blocked:
        "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550",
    },
  },
  {
    name: "barracuda",
    domains: [],
    mx: [],
    suffixes: ["ess.barracudanetworks.com"],
    addresses: 1,
    limits: { ...usual, messagesPerConnection: 15 },
    requiresTls: true,
    scans: true,
    wording: { defer: "421 Temporary failure, please try again later." },
  },
  {
    name: "mail.com",
    domains: ["mail.com", "email.com", "usa.com"],
    mx: ["mx00.mail.com", "mx01.mail.com"],
    suffixes: ["mx00.mail.com", "mx01.mail.com"],
    addresses: 1,
    limits: usual,
    wording: { unknown: "550 Requested action not taken: mailbox unavailable" },
  },
  {
    name: "yahoo-japan",
    domains: ["yahoo.co.jp", "ymail.ne.jp"],
    mx: ["mx1.mail.yahoo.co.jp", "mx2.mail.yahoo.co.jp"],
    suffixes: ["yahoo.co.jp"],
    addresses: 1,
    limits: { connections: 2, messagesPerConnection: 20, perSecond: 10 },
    closesSilently: true,
    wording: { rate: "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred - VS98-IP0" },
  },
  {
    name: "kpn",
    domains: ["kpnmail.nl", "planet.nl", "hetnet.nl"],
    mx: ["mx.kpnmail.nl"],
    suffixes: ["kpnmail.nl"],
    addresses: 1,
    limits: { ...usual, messagesPerConnection: 10 },
    requiresTls: true,
    wording: {},
  },
  {
    name: "qq",
    domains: ["qq.com", "foxmail.com"],
    mx: ["mx1.qq.com", "mx2.qq.com", "mx3.qq.com"],
    suffixes: ["qq.com"],
    addresses: 1,
    limits: { ...usual, connections: 4, messagesPerConnection: 8 },
    wording: {
      rate: "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725",
    },
  },
  {
    name: "hosting",
    domains: [],
    mx: ["mx1.hosting.example", "mx2.hosting.example"],
    suffixes: ["hosting.example"],
    addresses: 2,
    limits: usual,
    wording: {},
  },
  {
    name: "relay",
    domains: [],
    mx: [],
    suffixes: ["relay.example"],
    addresses: 1,
    limits: { connections: 100, messagesPerConnection: 10_000, perSecond: 0 },
    relay: true,
    wording: {},
  },
  {
    name: "mute",
    domains: [],
    mx: [],
    suffixes: ["mute.example"],
    addresses: 1,
    limits: { connections: 1000, messagesPerConnection: 1, perSecond: 0 },
    mute: true,
    wording: {},
  },
];

/** Google's servers for domains that are not its own. */
export const googleHosted = ["", "alt1.", "alt2.", "alt3.", "alt4."].map((one) => `${one}aspmx.l.google.com`);

/** What a site that is none of the above allows and says; one such site is one MX host name. */
export const smallSite: Provider = {
  name: "small",
  domains: [],
  mx: [],
  suffixes: [],
  addresses: 48,
  limits: usual,
  wording: {
    unknown: "550 5.1.1 <{address}>: Recipient address rejected: User unknown in local recipient table",
    full: "452 4.2.2 <{address}>: Mailbox full, over quota",
    overquota: "552 5.2.2 <{address}>: Recipient address rejected: Mailbox full",
    grey: "450 4.7.1 <{address}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/{host}.html",
    defer: "451 4.3.0 <{address}>: Temporary lookup failure",
    blocked:
      "550 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/{ip}",
    rate: "421 4.7.0 {host} Error: too many messages from {ip}, slow down",
    connections: "421 4.7.0 {host} Error: too many connections from {ip}",
    messages: "421 4.7.0 {host} Error: too many messages on this connection",
    tls: "530 5.7.0 Must issue a STARTTLS command first",
  },
};
