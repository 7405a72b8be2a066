/** What the world said to one question before mail goes there. `unknown`: it could not be asked, which is neither. */
export type NetworkCheck = { id: string; state: "pass" | "fail" | "unknown"; sentence: string };
