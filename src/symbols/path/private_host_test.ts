import { assertEquals } from "@std/assert";
import { isPrivateHost } from "./private_host.ts";

const PRIVATE = [
  "http://localhost/",
  "http://printer/",
  "http://build.local/",
  "http://metadata.google.internal/",
  "http://127.0.0.1/",
  "http://0x7f.1/",
  "http://2130706433/",
  "http://0/",
  "http://10.1.2.3/",
  "http://172.31.0.1/",
  "http://192.168.1.1/",
  "http://169.254.169.254/latest/meta-data",
  "http://[::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
];
const PUBLIC = [
  "https://msdl.microsoft.com/",
  "https://vsblobprod.blob.core.windows.net/",
  "http://172.32.0.1/",
  "http://8.8.8.8/",
  "http://[2620:1ec::10]/",
  "https://local.example/",
];

Deno.test("isPrivateHost() recognizes private networks by name and by address", () => {
  for (const url of PRIVATE) assertEquals(isPrivateHost(new URL(url).hostname), true, url);
  for (const url of PUBLIC) assertEquals(isPrivateHost(new URL(url).hostname), false, url);
});
