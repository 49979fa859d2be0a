/**
 * Why a recording cannot be read.
 *
 * @module
 */

/** A file is no recording, is damaged, or is of a newer version. */
export class RecordingError extends RangeError {
  /** Name of the recording, as it was given. */
  readonly recording: string;

  /** Creates the error: what was found in the recording, and what to do. */
  constructor(
    recording: string,
    found: string,
    advice: string = "record it again",
    options?: ErrorOptions,
  ) {
    super(`Cannot read the recording "${recording}": ${found}; ${advice}`, options);
    this.name = "RecordingError";
    this.recording = recording;
  }
}
