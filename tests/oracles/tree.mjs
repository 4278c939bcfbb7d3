// Reads lines of JSON: {"leaves": [base64…], "index": n, "path": [base64…], "size": n, "root": base64}; answers each with
// the root that an implementation of RFC 9162 computes, and whether it takes our path for a proof.
import { createInterface } from "node:readline";
import rfc9162 from "@transmute/rfc9162";

const { treeHead, leaf, verifyInclusionProof } = rfc9162.default ?? rfc9162;
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  const entries = given.leaves.map(bytes);
  const root = await treeHead(entries);
  const proof = { log_id: "", tree_size: given.size, leaf_index: given.index, inclusion_path: given.path.map(bytes) };
  const taken = await verifyInclusionProof(bytes(given.root), await leaf(entries[given.index]), proof);
  console.log(JSON.stringify({ root: Buffer.from(root).toString("base64"), taken }));
}
