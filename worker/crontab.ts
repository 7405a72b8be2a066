/**
 * What the worker does by the clock (UTC), in graphile-worker's format. Times are spread so that a small machine does
 * not do everything at once. Each runs on one machine only, whatever their number.
 */
export const crontab = [
  "* * * * * sweep-campaigns ?jobKey=sweep-campaigns&max=3",
  "*/5 * * * * resolve-domains ?jobKey=resolve-domains&max=3",
  "37 * * * * note-accepted ?jobKey=note-accepted&max=3",
  "40 4 * * * check-network ?jobKey=check-network&max=1 {daily:true}",
  "20 3 * * * reconcile-ledger ?jobKey=reconcile-ledger&max=3",
].join("\n");
