/**
 * A process to examine: the bundled handle_holder, which opens handles and opens another one on command.
 *
 * @module
 */
import { HtraceError } from "../../error.ts";
import { WindowsProgram } from "../../win32/program.ts";
import { ProgramPipes } from "../../win32/program_pipes.ts";

/** A process that opens handles on command. */
export interface HeldProcess extends AsyncDisposable {
  /** Its process id. */
  readonly processId: number;
  /** Makes it open an event, which stays open, and open and close a semaphore.
   */
  act(): Promise<void>;
}

/**
 * A running handle_holder: it holds a named pipe, an event named htrace-holder-event and a semaphore, and waits on its
 * standard input, a pipe whose name no call can query meanwhile.
 */
export class Holder implements HeldProcess {
  /** Its process id. */
  readonly processId: number;
  readonly #resources: DisposableStack;
  readonly #pipes: ProgramPipes;
  readonly #ended: Promise<number>;

  private constructor(pipes: ProgramPipes, program: WindowsProgram, resources: DisposableStack) {
    this.processId = program.processId;
    this.#pipes = pipes;
    this.#resources = resources;
    this.#ended = program.runToExit();
  }

  /** Starts the program and waits until its handles are open. */
  static async start(path: string): Promise<Holder> {
    using untilStarted = new DisposableStack();
    const pipes = untilStarted.use(new ProgramPipes());
    const program = untilStarted.use(new WindowsProgram([path], pipes));
    pipes.started();
    const holder = new Holder(pipes, program, untilStarted.move());
    await holder.#hear("ready\n");
    return holder;
  }

  /** Has it open an event, which stays open, and open and close a semaphore. */
  async act(): Promise<void> {
    this.#pipes.write("act\n");
    await this.#hear("done\n");
  }

  /** Lets it end, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pipes.endInput();
    await this.#ended;
    this.#resources[Symbol.dispose]();
  }

  async #hear(wanted: string): Promise<void> {
    const said = await this.#pipes.read();
    if (said !== wanted) {
      throw new HtraceError(
        `Cannot use handle_holder: it said ${JSON.stringify(said)}; try again`,
      );
    }
  }
}
