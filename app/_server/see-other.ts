/** Leads a browser on after a plain form was posted; relative, so that it works behind any proxy. */
export const seeOther = (path: string): Response =>
  new Response(null, { status: 303, headers: { location: path } });
