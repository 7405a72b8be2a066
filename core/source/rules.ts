/** Binds a relay's encrypted password to its row. */
export const relayPurpose = (sourceId: number): string => `relay:${sourceId}`;
