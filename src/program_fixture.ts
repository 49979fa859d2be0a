/**
 * Programs of the machine that some tests need.
 *
 * @module
 */

/** Kills a program that has not ended by then: whoever waits for it, or for what it prints, goes on. */
export function killAfter(child: Deno.ChildProcess, milliseconds: number): void {
  const killing = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  void child.status.then(() => clearTimeout(killing));
}

/** Whether a program is there and ends well with these arguments; tests that need it report themselves as ignored. */
export function canRun(program: string, ...args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...args] }).outputSync().success;
  } catch {
    return false;
  }
}
