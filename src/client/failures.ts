/** What `flush` and `close` reject with where `raiseSendErrors` asks for it. */
export class Failures {
  readonly #raises: boolean;
  /** What the last attempt failed with; undefined after a success. */
  #last: Error | undefined;
  /** What the last envelope failed with that was lost since the last call. */
  #lostTo: Error | undefined;

  constructor(raises: boolean) {
    this.#raises = raises;
  }

  failed(error: Error): void {
    this.#last = error;
  }

  delivered(): void {
    this.#last = undefined;
  }

  lost(): void {
    this.#lostTo = this.#last ?? this.#lostTo;
  }

  /** @throws what things were lost to, or have no answer yet for. */
  raise(settled: boolean): boolean {
    const error = this.#lostTo ?? (settled ? undefined : this.#last);
    this.#lostTo = undefined;
    if (this.#raises && error !== undefined) throw error;
    return settled;
  }
}
