/** How far an audience may move between the page and the freeze, in parts of one. */
export const MAY_MOVE = 0.02;

/** Whether a count differs so much from the one that a person saw that they should look again. */
export const hasMoved = (seen: number, now: number): boolean => Math.abs(now - seen) > seen * MAY_MOVE;
