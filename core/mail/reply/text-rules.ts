import type { ReplyRule } from "./types.ts";

const HOUR = 3600;

/**
 * What servers of all makes say. Order is the point: what blames the sender or the message stands before what
 * blames the address, so that a text which could be read both ways never costs a living address its mail.
 */
export const TEXT_RULES: readonly ReplyRule[] = [
  // Greylisting and pace
  {
    id: "greylisted",
    severity: 4,
    text: /gr[ea]y-? ?list|postgrey|try again in \d+ ?(?:s|m)|come back (?:later|in)|retry in \d+|first time .* sender|initial(?:ly)? deferred/,
    verdict: "temporary",
    greylisted: true,
  },
  {
    id: "too-many-connections",
    text: /too many (?:concurrent |simultaneous |smtp )?(?:connections|sessions)|concurrent (?:smtp )?connections|connection (?:rate )?limit|simultaneous connections/,
    verdict: "slow-down",
    retry: true,
    action: {
      kind: "slow",
      scopes: ["lane"],
      connections: 1,
      threshold: { count: 3, windowSeconds: HOUR },
    },
  },

  // Authentication of the sender
  {
    // Registered or published for nothing else (RFC 7372, RFC 7505 §4.2, Google, Microsoft), so no text is needed.
    id: "authentication-code",
    enhanced: /^[45]\.7\.(?:2[0-7]|29|3[0-2]|40|15|509|515)$/,
    verdict: "auth",
  },
  {
    id: "unauthenticated",
    text: /\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated email|authentication (?:information|checks?|failure)|fails? to pass authentication|required authentication level|not aligned with|domain mismatches/,
    verdict: "auth",
  },
  {
    id: "reverse-dns",
    text: /reverse[ -]dns|\bptr\b|\brdns\b|ip name lookup failed|cannot (?:find|resolve) your (?:reverse )?(?:hostname|address)|fix reverse|no (?:reverse|valid) (?:dns|hostname)|mismatches client ip|reverse (?:lookup|hostname|mapping)/,
    verdict: "auth",
  },
  {
    id: "login-required",
    text: /authentication (?:is )?required|must (?:issue|use) a? ?starttls|starttls (?:is )?required|must authenticate|application-specific password|log ?in (?:with|via) your|code d.authentification|bad (?:username|credentials)|authentication (?:credentials )?invalid|no identity changes|\bnot authenticated|(?:advertise|support) auth(?:entication)? /,
    verdict: "auth",
  },
  {
    id: "login-temporary",
    severity: 4,
    text: /cannot authenticate due to|temporary authentication failure/,
    verdict: "temporary",
  },

  // The mailbox is full (before blocks: "over quota" is nobody's reputation)
  {
    id: "queue-quota",
    severity: 4,
    text: /organi[sz]ation queue quota/,
    verdict: "slow-down",
  },
  {
    id: "system-full",
    text: /(?:mail )?system (?:storage )?(?:is )?full|insufficient system (?:resources|storage)|no space left|disk full/,
    verdict: "temporary",
    retry: true,
  },
  {
    id: "mailbox-full",
    text: /over ?-?quota|quotaexceeded|over its (?:size|storage|quota)|mail ?box voll|quota (?:\S+ )?(?:exceed|violation|reached|full)|exceed(?:s|ed|ing)?\b.{0,40}\b(?:quota|mailbox size|storage)|(?:mail ?box|inbox|maildir|account|mail folder)\b.{0,30}\b(?:is |has been |was )?(?:full|too large)|mailbox size limit|mail ?box (?:\S+ )?exceeded|(?:not enough|insufficient|out of) (?:disk |mailbox |mail )?(?:space|storage)|storage (?:limit|space)|boite du destinataire pleine|over (?:the )?(?:allowed|maximum|disk) (?:quota|space|size)|(?:user|recipient)\b.{0,20}\bout of (?:disk )?space|too many messages in mailbox|messages in recipient's mailbox exceeded|not enough space|overdrawn|would exceed|exceeds? allowed (?:message|mailbox) (?:count|size)|local limit/,
    verdict: "mailbox-full",
  },

  // The message itself
  {
    id: "message-too-big",
    text: /message (?:size|length) (?:exceed|limit)|message (?:is )?too (?:big|large)|exceed\w* .{0,40}(?:message size|size limit|maximum (?:\w+ )?size)|size (?:of|for) (?:the |this )?\S* ?(?:message|header)|fixed (?:maximum )?(?:message )?(?:size|limit)|too large|maximum message size|message size|header limits?/,
    verdict: "content",
  },
  {
    id: "mail-loop",
    text: /mail (?:forwarding )?loop|too many hops|hop count|\d+ hops|routing loop|loops? back to/,
    verdict: "protocol",
  },
  {
    id: "virus",
    text: /\bvirus|malware|trojan|phish|infected|dangerous attachment|executable|(?:banned|illegal|blocked|prohibited) (?:file|attachment)|content presents|attachment .{0,30}(?:not allowed|blocked|prohibited)/,
    verdict: "content",
  },

  // The sender's reputation
  {
    // Only lists of addresses that everybody can ask: one of links or of domains (DBL, SURBL, URIBL) is about the mail, and a
    // receiver's own list is its own matter.
    id: "public-ip-list",
    raw: /\b(?:zen|sbl|xbl|pbl|css)\.spamhaus\.org|spamhaus\.org\/(?:query\/(?:ip|sbl|xbl|pbl)|sbl|xbl|pbl)\b|\bbl\.spamcop\.net|\bb\.barracudacentral\.org/i,
    verdict: "blocked",
    action: {
      kind: "suspend",
      seconds: 2 * HOUR,
      scopes: ["lane", "source"],
      threshold: { count: 5, windowSeconds: HOUR },
    },
  },
  {
    id: "block-list",
    text: /spamhaus|spamcop|barracudacentral|sorbs|cloudmark|\b(?:rbl|dnsbl|sbl|xbl|pbl|dbl|uribl|surbl)\b|block(?:ed)? ?-?list|black ?-?list|deny ?-?list|(?<!not )listed (?:on|in|at|by)\b|blocked using|listing in|real ?time list/,
    verdict: "blocked",
    action: {
      kind: "suspend",
      seconds: 2 * HOUR,
      scopes: ["lane"],
      threshold: { count: 5, windowSeconds: HOUR },
    },
  },
  {
    // Some servers say nothing but the address of the list's own page.
    id: "block-list-link",
    raw: /https?:\/\/\S*(?:spamhaus|spamcop|barracudacentral|uribl|surbl|dnsbl|\brbl\b|blocklist|blacklist)/i,
    verdict: "blocked",
  },
  {
    id: "reputation",
    text: /reputation|senderscore|sender score|poor (?:sender|ip)|ip (?:address )?.{0,60}(?:is |was |been )?(?:blocked|banned|rejected|bloquee)|block for spam|adresse ip source bloquee|bloquee|your (?:ip|host|server|network|domain)\b.{0,40}\b(?:blocked|banned|rejected|denied)|(?:client host|client|host|server|connection)\b.{0,80}\b(?:blocked|banned)|may not be mail exchanger|complaints|\bbanned\b|\d{1,3}(?:\.\d{1,3}){3}\]? (?:is |was |has been )?(?:blocked|listed)|^blocked\b|\bblocked by\b|been blocked|we do not accept mail from|temporarily deferred due to|abuse|unsolicited|suspicious/,
    verdict: "blocked",
    action: {
      kind: "suspend",
      seconds: HOUR,
      scopes: ["lane"],
      threshold: { count: 5, windowSeconds: HOUR },
    },
  },
  {
    id: "spam",
    text: /\bspam|\bjunk\b|\bbulk\b|content (?:rejected|denied|filter|restriction)|message content|is redundant|filtered as|mail content|bayes|\bscore\b|\buce\b/,
    verdict: "content",
  },

  // Relaying and senders before recipients: both speak of addresses and domains
  {
    id: "relay-denied",
    text: /relay(?:ing)? (?:access )?(?:is )?(?:denied|disallowed|not (?:permitted|allowed)|prohibited)|unable to relay|(?:not|mail) relay\b|as a relay|insecure mail relay|we do not relay|relay not|\bno relaying|relay (?:operation )?rejected|not (?:a )?gateway|registered gateway|no (?:such )?relay|not permitted to relay/,
    verdict: "policy",
  },
  {
    id: "sender-domain-missing",
    severity: 4,
    text: /sender address rejected.*(?:domain|host) not found|sender domain .*(?:not|no) /,
    verdict: "dns",
  },
  {
    id: "sender-refused",
    text: /(?:sender|from|return[- ]path|reverse-path|envelope from|mailfrom)\b.{0,60}\b(?:rejected|refused|denied|invalid|not (?:a )?(?:valid|verified|exist|allowed|accepted)|does not exist|unroutable|unknown|blocked|verify failed|restricted)|(?:unroutable|invalid|unverified|bad|rejected) sender|domain of sender|not verified|emetteur invalide|verif(?:y|ication) failed for.*sender|not (?:allowed|authorized) to send/,
    verdict: "policy",
  },
  {
    id: "header-refused",
    text: /header (?:error|syntax)|(?:missing|invalid|malformed|duplicate|bare)\b.{0,40}\b(?:header|message-id|from:|date:)|(?:header|message-id|from:).{0,40}(?:missing|not accepted|disallowed|invalid)|disallowed header|not rfc ?\d* compliant|rfc ?5322|rfc ?2822|bare (?:lf|cr|newline)|8-?bit/,
    verdict: "policy",
  },

  {
    id: "not-accepting",
    severity: 5,
    text: /not accepting (?:connections|messages|mail|any)/,
    verdict: "blocked",
  },
  {
    // A list that one may not write to, or that is gone: it has no subscribers of ours behind it.
    id: "group-closed",
    raw: /groups\.google\.com\/support|not a member of (?:the|this) (?:mailing )?list/i,
    verdict: "policy",
  },

  // Pace, said in other words
  {
    id: "rate",
    text: /rate[ -]?limit|too (?:many|much) (?:messages|mails?|e-?mails?|recipients|requests|commands)|slow(?:er)?(?:ly)? down|slower|throttl|exceeded (?:the |your )?(?:\S+ )?(?:rate|limit|number)|exceeds? (?:the )?(?:rate|sending)|limit (?:has been )?(?:exceeded|reached)|temporarily deferred|too (?:fast|often|quickly)|excessive|frequency|sending (?:rate|limit|quota)|per (?:hour|minute|day)\b|relay limit exceeded|try again later, closing connection|denial of service/,
    verdict: "slow-down",
    retry: true,
  },

  // The address; first what is not about the address though it sounds like it
  {
    id: "client-identity",
    severity: 5,
    text: /\b(?:helo|ehlo|(?<!or )ip|client|remote|source)[- ](?:ip )?(?:address|name|host|command)|\bhelo\b|\behlo\b|envelope blocked/,
    verdict: "policy",
  },
  {
    id: "sender-code",
    enhanced: /^5\.1\.[78]$/,
    verdict: "policy",
  },
  {
    id: "recipient-domain",
    text: /rejected ?: (?:domain|host) not found|domain (?:name )?not found|unrout\w* (?:mail )?domain/,
    verdict: "dns",
  },
  {
    id: "mailbox-away",
    text: /temporarily (?:unavailable|disabled|suspended|locked|inactive|closed)/,
    verdict: "temporary",
  },
  {
    id: "mailbox-disabled",
    severity: 5,
    text: /(?:mail ?box|account|user|recipient|address|inbox)\b.{0,40}\b(?:disabled|deactivated|inactive|suspended|frozen|locked|closed|expired|discontinued|terminated|deleted|removed|cancell?ed|no longer (?:active|valid|available|exists?|in use|accept|at|with|on|work))|(?:disabled|deactivated|inactive|suspended|expired|closed|deleted) (?:recipient|mail ?box|account|user|address)|no longer (?:employed|valid|available|active|on this|with (?:us|the))|has (?:moved|left)|user (?:has )?moved|owner has changed|due to inactivity|relocated|account (?:is )?(?:not active|unavailable)|(?:recipient|destinataire)(?: \w+)? (?:is |est |has been )?bloc?k?(?:que|ed)\b/,
    verdict: "recipient-dead",
  },
  {
    id: "refused-by-recipient",
    text: /rejected by (?:the )?recipients?|recipient (?:preferences|refused|does not want)|user entry|envelope blocked|not (?:on|in) (?:the |their |my )?(?:allow|white|approved|contact)|white ?list|only accepts? (?:mail|messages)|not accept(?:ing)? (?:mail|messages|any mail) from|restricted (?:to|by)|delivery restricted|delivery restriction|challenge|not authorized to|only for|permission/,
    verdict: "policy",
  },
  {
    id: "recipient-denied",
    severity: 5,
    text: /(?<!all )recipient address rejected ?: access denied/,
    enhanced: /^5\.4\.1$/,
    verdict: "recipient-dead",
  },
  {
    id: "recipient-unknown",
    severity: 5,
    text: /(?:user|recipient|mail ?box|address(?:ee)?|account|destinatai?r\w*|alias|person|customer|login|local ?part|subscriber|member)s?\b.{0,50}\b(?:unknown|invalide?|not (?:be )?(?:found|known|exist|recogni[sz]ed|listed|valid|right|available|local)|doesn'?t exist|does ?n[o']t (?:exist|have)|undefined|unavailable|non-?exist\w*|nonexistent|no longer|misspelled|not a (?:valid|known|registered))|(?:unknown|invalid|no such|nonexistent|non-existent|unroutable|undeliverable|incorrect|bad|illegal|unrouteable|not? (?:a )?(?:known|valid|existing)|unresolvable)\b.{0,30}\b(?:user|recipients?|mail ?box|address(?:ee)?|account|local ?part|person|alias|user ?name|login|customer)|no (?:such )?(?:mail ?box|user|recipient|account|person|address|one)\b|user doesn'?t|(?:not|isn'?t|n't) (?:listed|found) in|not (?:our|a) (?:customer|user)|not our customer|no mailbox here|unable to find (?:the )?(?:recipient|user)|recipientnotfound|couldn'?t be found|could not be found|wasn'?t found|address error|rcp-p1|not a (?:valid )?(?:mailbox|user)|no valid recipients?|recipient not\b|^(?:<addr> ?:? ?)?(?:recipient )?address rejected\.?$|unknown local|unknown or illegal alias|adresse.{0,40}invalide|unbekannt|no existe|inconnu|desconocido|nao existe/,
    verdict: "recipient-dead",
  },

  // The rest of the sender's fault
  {
    id: "policy",
    text: /polic(?:y|ies)|administrative(?:ly)? (?:prohibit|reject)|prohibit|not (?:permitted|allowed|authorized|authorised)|access denied|denied by|forbidden|security (?:reason|polic)|message (?:filtered|rejected|refused)|mail (?:rejected|refused|is rejected)|rejete|organi[sz]ation.{0,40}reject|\bprotected by\b/,
    verdict: "policy",
  },

  // Names and ways
  {
    id: "name-server-trouble",
    text: /malformed or unexpected name server|dns query failed|servfail|(?:dns|name serv(?:er|ice)).{0,80}(?:try again|timed? ?out|server failure|temporar)/,
    verdict: "network",
  },
  {
    id: "domain-dead",
    text: /(?:host|domain|dns|mx|name ?server)\b.{0,60}\b(?:not found|unknown|no (?:such|valid)|does(?: not|n't) exist|doesn'?t exist|unresolv|not exist|lookup (?:fail|error))|\bdns (?:\w+ )?(?:error|failure|fail)|(?:unknown|no such|unrout\w*|invalid|bad) (?:host|domain|dns|mx)|no (?:mx|route|mail exchanger|dns)|null mx|does not accept (?:e-?)?mail|doesn'?t accept mail|recipient domain|nullmx|\bnxdomain\b|mx (?:or|record)|unable to (?:resolve|look ?up)|domain name system|couldn'?t find (?:any |a )?(?:host|mail exchanger|mx)|domain (?:\S+ )?is not reachable/,
    verdict: "dns",
  },
  {
    id: "network",
    text: /connection (?:timed? ?out|refused|reset|lost|dropped|was (?:dropped|refused|closed)|failed|to .{0,60} (?:refused|timed out|failed))|timed? ?out|no route to host|network (?:is )?unreachable|host (?:is )?(?:down|unreachable)|lost connection|could not connect|unable to connect|conversation with .{0,60} timed out|server disconnected|not responding|did not (?:respond|reply)|unreachable/,
    verdict: "network",
  },
  {
    id: "expired-elsewhere",
    text: /(?:delivery|queue|message|retry)\b.{0,30}\b(?:time|timeout|period|lifetime).{0,20}(?:expired|exceeded)|undelivered after|too long in (?:the )?queue|message expired|still undelivered|not (?:been )?delivered (?:after|within)|in the queue too long/,
    verdict: "temporary",
  },
  {
    id: "not-now",
    severity: 4,
    text: /temporar|try again|try later|retry|later|unavailable|not available|busy|deferred|resources|congest|overload|maintenance|aborted|error/,
    verdict: "temporary",
  },
  {
    id: "server-trouble",
    severity: 5,
    text: /config(?:uration)? error|system (?:config )?error|internal (?:server )?error|out of memory|service (?:is )?(?:currently |temporarily )?unavailable|temporary|try again later|cannot (?:open|create|append)|i\/o error|exec |procmail|mailer error|command died|pipe to|no such file or directory|local delivery failed|operating system/,
    verdict: "temporary",
  },
  {
    id: "command-refused",
    text: /malformed address|command\b.{0,40}\b(?:not (?:implemented|recogni[sz]ed)|unrecogni[sz]ed|unknown)|syntax error|bad sequence|unrecogni[sz]ed command|parameter not implemented|requested mail action aborted|transaction failed|protocol error/,
    verdict: "protocol",
  },
];
