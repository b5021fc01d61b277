export type Beat = { at: number };
