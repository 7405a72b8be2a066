/** What a member may do in a workspace, from most to least. */
export const WORKSPACE_ROLES = ["owner", "marketer", "viewer"] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

/** Each role in words, as pages and mails say it. */
export const ROLE_CAN: Record<WorkspaceRole, string> = {
  owner: "can send, and change settings and people.",
  marketer: "can write, send, and change lists and subscribers.",
  viewer: "can see everything and change nothing.",
};
