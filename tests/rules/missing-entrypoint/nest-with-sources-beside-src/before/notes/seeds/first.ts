export const seeds = 1;
