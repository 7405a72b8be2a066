export const lastWorkspaceCookie = "workspace";
