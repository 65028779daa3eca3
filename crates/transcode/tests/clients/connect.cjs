// Calls the service of the tests by a published client, over one transport, and says as JSON what came of it. The
// messages are made from a FileDescriptorSet at run time; nothing is generated.
//
//     node connect.cjs TOOLS CONTRACT URL TRANSPORT

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [tools, contract, url, transport] = process.argv.slice(2);
const installed = createRequire(`${tools}/`);
const { createFileRegistry, fromBinary, toJson } = installed("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = installed("@bufbuild/protobuf/wkt");
const { Code, ConnectError, createClient } = installed("@connectrpc/connect");
const node = installed("@connectrpc/connect-node");

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(contract)));
const library = registry.getService("t.v1.Library");

const connect = (httpVersion, options) => (baseUrl) =>
  node.createConnectTransport({ baseUrl, httpVersion, jsonOptions: { registry }, ...options });
const transports = {
  "connect-proto": connect("1.1", { useBinaryFormat: true }),
  "connect-json": connect("2", { useBinaryFormat: false }),
  "connect-get-proto": connect("1.1", { useBinaryFormat: true, useHttpGet: true }),
  "connect-get-json": connect("1.1", { useBinaryFormat: false, useHttpGet: true }),
  "grpc-web": (baseUrl) => node.createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "grpc-web-h2": (baseUrl) => node.createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  grpc: (baseUrl) => node.createGrpcTransport({ baseUrl }),
};
const clientAt = (baseUrl) => createClient(library, transports[transport](baseUrl));
const client = clientAt(url);

const asJson = (message) => toJson(registry.getMessage(message.$typeName), message, { registry });

/** The code, the text and the details of what a call throws; nothing else may be thrown. */
const failure = async (call) => {
  try {
    return { answered: asJson(await call()) };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const details = error.findDetails(registry).map((detail) => ({ type: detail.$typeName, ...asJson(detail) }));
    return { code: Code[error.code], message: error.rawMessage, details };
  }
};

/** What a stream gives, and how it ends. */
const stream = async (request) => {
  const books = [];
  const ended = await failure(async () => {
    for await (const answer of client.watchBooks(request)) books.push(answer.book.bookId);
    return { $typeName: "google.protobuf.Empty" };
  });
  return { books, ended };
};

/** A request with something of everything. */
const everything = {
  text: "hòa giải 😀 \u0000\r\n\"\\",
  small: -2147483648,
  large: -9223372036854775808n,
  largeCount: 18446744073709551615n,
  single: 0.5,
  real: Number.NEGATIVE_INFINITY,
  flag: true,
  data: new Uint8Array([0, 255, 62, 63]),
  color: 2,
  inner: { text: "trong", number: 3, inner: { texts: ["a", ""] } },
  inners: [{ number: 1 }, {}],
  texts: ["một", "hai"],
  colors: [1, 7],
  map: { "khóa": 1, "": 2 },
  innerMap: { "-5": { number: 5 } },
  flagMap: { true: "đúng" },
  maybe: 0,
  choice: { case: "byNumber", value: 0 },
  time: { seconds: 1751353200n, nanos: 123456789 },
  span: { seconds: -1n, nanos: -500000000 },
  mask: { paths: ["text", "inner.number", "large_count"] },
  object: { a: [1, null, { b: "c" }] },
  textBox: "",
  largeBox: 0n,
  times: [{ seconds: 0n, nanos: 0 }],
};

const main = async () => {
  const said = {};
  said.book = asJson(await client.getBook({ bookId: "sổ 7/%", view: "đủ" }));
  said.echo = asJson(await client.echo(everything));
  said.empty = asJson(await client.echo({}));
  said.errors = [];
  for (let code = 1; code <= 16; code += 1) said.errors.push(await failure(() => client.getBook({ bookId: `code-${code}` })));
  said.lost = await failure(() => client.getBook({ bookId: "lost" }));

  const headers = {};
  const metadata = new Headers({ "x-own": "1", "x-secret": "2", authorization: "Bearer x" });
  const onHeader = (values) => values.forEach((value, name) => (headers[name] = value));
  await client.getBook({ bookId: "7" }, { headers: metadata, onHeader, timeoutMs: 60000 });
  const names = ["x-request-id", "seen-x-own", "seen-authorization", "seen-grpc-timeout"];
  said.metadata = Object.fromEntries(names.map((name) => [name, headers[name]]));

  const late = { headers: { "x-pause-ms": "60000" } };
  said.late = (await failure(() => client.getBook({ bookId: "7" }, { ...late, timeoutMs: 100 }))).code;
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 50);
  said.canceled = (await failure(() => client.getBook({ bookId: "7" }, { ...late, signal: cancel.signal }))).code;
  said.nowhere = (await failure(() => clientAt(`${url}/nowhere`).getBook({ bookId: "7" }))).code;
  said.after = asJson(await client.getBook({ bookId: "8" })).book.bookId;
  said.stream = await stream({ count: 3, code: 10 });
  said.whole = await stream({ count: 2 });
  process.stdout.write(JSON.stringify(said));
  // Sessions of HTTP/2 are kept open for the next call, of which there is none.
  process.exit(0);
};

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
