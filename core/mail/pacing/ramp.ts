/**
 * Connections that a backlog justifies: follows the backlog and nears the limit, instead of opening
 * everything for ten mails. Never more than there are mails, never more than the limit.
 */
export function connectionRamp(limit: number, backlog: number): number {
  if (!(limit > 0) || !(backlog > 0)) return 0;
  const ideal = Math.ceil(limit * (1 - Math.exp(-0.023 * backlog)));
  return Math.min(ideal, Math.floor(limit), Math.ceil(backlog));
}
