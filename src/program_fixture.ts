/**
 * Programs on this machine that some tests need.
 *
 * @module
 */

/** Kills a program that has not ended by a deadline, so that code that waits for it, or for its output, continues. */
export function killAfter(child: Deno.ChildProcess, milliseconds: number): void {
  const killing = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  void child.status.then(() => clearTimeout(killing));
}

/**
 * Whether a program exists and succeeds with these arguments; otherwise tests that need it report themselves ignored.
 */
export function canRun(program: string, ...args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...args] }).outputSync().success;
  } catch {
    return false;
  }
}
