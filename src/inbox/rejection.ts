/** A request the inbox refuses: what a Sentry server would answer, and why. */
export class Rejection extends Error {
  override readonly name: string = 'Rejection';
  /** The HTTP status of the answer. */
  readonly status: number;
  /** What is wrong, from general to particular. */
  readonly causes: readonly string[];

  constructor(status: number, detail: string, causes: readonly string[] = []) {
    super(detail);
    this.status = status;
    this.causes = causes;
  }
}
