"use client";

import { PageFailure } from "#components/shell/page-failure.tsx";

// Inside the shell: the way to all other pages stays.
export default PageFailure;
