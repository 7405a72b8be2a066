/** An open editor says this often that it is still there. Apart from the verb, so that the browser gets no tables. */
export const BEAT_SECONDS = 15;
