// node embed.mjs MODULE MANIFEST puts the manifest into the module, as its custom section "ocrmux.manifest".
import { appendFileSync, readFileSync } from "node:fs";

const [module, manifest] = process.argv.slice(2);
const name = Buffer.from("ocrmux.manifest");
const content = Buffer.concat([varint(name.length), name, readFileSync(manifest)]);
appendFileSync(module, Buffer.concat([Buffer.from([0]), varint(content.length), content]));

function varint(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}
