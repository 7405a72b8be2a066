/** What a member may do in a workspace, from most to least. */
export const WORKSPACE_ROLES = ["owner", "marketer", "viewer"] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];
