/** How long a log-in lasts. */
export const SESSION_DAYS = 30;
export const RESET_HOURS = 2;
export const INVITATION_DAYS = 7;

/** Lengths in characters: long enough that no further rule is needed (NIST SP 800-63B 3.1.1.2), short enough to hash. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** Log-in attempts: per address, so that one account cannot be guessed; per client, so that many cannot. */
export const LOG_IN_PER_ADDRESS = { limit: 8, seconds: 15 * 60 };
export const LOG_IN_PER_IP = { limit: 60, seconds: 15 * 60 };

/** Mails that a stranger can cause. */
export const RESETS_PER_ADDRESS = { limit: 3, seconds: 60 * 60 };
export const RESETS_PER_IP = { limit: 10, seconds: 60 * 60 };

/** Mails that one person can cause by inviting. */
export const INVITATIONS_PER_PERSON = { limit: 30, seconds: 60 * 60 };
