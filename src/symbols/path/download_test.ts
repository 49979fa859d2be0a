import { assertMatch } from "@std/assert";
import { download } from "./download.ts";

Deno.test("download() says why a server cannot be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close(); // now nothing listens there
  const outcome = await download(`http://127.0.0.1:${port}/x.pdb`, "unwritten", { attempts: 1 });
  assertMatch(outcome.kind === "failed" ? outcome.reason : "", /^(?!error sending).*refused/i);
});
