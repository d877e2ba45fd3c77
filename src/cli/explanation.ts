/** What went wrong and what to do about it, in whole sentences without technical terms where that is possible. */
export interface Explanation {
  readonly problem: string;
  /** One line each, the likeliest first. */
  readonly advice: readonly string[];
}
