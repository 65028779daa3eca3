// A page of a portal: calls the front door by the published client for browsers and by fetch, and tells the test what it saw.
// The messages are made from the contracts' descriptors at run time; nothing is generated.
import { createFileRegistry, fromBinary, fromJson, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";

const settings = await (await fetch("/settings")).json();
const contracts = new Uint8Array(await (await fetch("/contracts")).arrayBuffer());
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, contracts));
const baseUrl = settings.gateway;
const authorization = `Bearer ${settings.token}`;

const transports = {
  "grpc-web": createGrpcWebTransport({ baseUrl }),
  "connect-proto": createConnectTransport({ baseUrl, useBinaryFormat: true, jsonOptions: { registry } }),
  "connect-json": createConnectTransport({ baseUrl, useBinaryFormat: false, jsonOptions: { registry } }),
};

const asJson = (message) => toJson(registry.getMessage(message.$typeName), message, { registry });

/** What a call answers, or the code, the text and the details of what it throws; nothing else may be thrown. */
const outcome = async (call) => {
  try {
    return { answer: asJson(await call()) };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const details = error.findDetails(registry).map((detail) => ({ type: detail.$typeName, ...asJson(detail) }));
    return { code: Code[error.code], message: error.rawMessage, details };
  }
};

/** Everything that the test asks for, by one way of calling. */
const through = async (transport, streams) => {
  const client = (service) => createClient(registry.getService(service), transport);
  const units = client("hoagiai.registry.v1.UnitService");
  const teams = client("hoagiai.registry.v1.TeamService");
  const headers = { authorization };
  const requestOf = (message, json) => fromJson(registry.getMessage(message), json);
  const said = {
    whole: await outcome(() => units.getUnit({ unitId: settings.ward }, { headers })),
    missing: await outcome(() => units.getUnit({ unitId: settings.missing }, { headers })),
    stranger: await outcome(() => units.getUnit({ unitId: settings.ward })),
    faulty: await outcome(() =>
      teams.planTeams(requestOf("hoagiai.registry.v1.PlanTeamsRequest", settings.faulty), { headers }),
    ),
    planned: await outcome(() =>
      teams.planTeams(requestOf("hoagiai.registry.v1.PlanTeamsRequest", settings.plan), { headers }),
    ),
  };
  if (streams) {
    const journals = client("hoagiai.journal.v1.JournalService");
    said.positions = [];
    said.ended = await outcome(async () => {
      for await (const part of journals.read({ journal: "registry" }, { headers })) {
        said.positions.push(...part.entries.map((entry) => Number(entry.position)));
      }
      return { $typeName: "hoagiai.journal.v1.ReadResponse", entries: [], headPosition: 0n };
    });
  }
  return said;
};

/** The same over REST: the headers that a page may read are what its programs live by. */
const rest = async () => {
  const url = `${baseUrl}/v1/units/${settings.ward}`;
  const read = await fetch(url, { headers: { authorization } });
  const etag = read.headers.get("etag");
  const again = await fetch(url, { headers: { authorization, "if-none-match": etag }, cache: "no-store" });
  const stranger = await fetch(url);
  return {
    whole: await read.json(),
    etag,
    request: read.headers.get("x-request-id"),
    again: again.status,
    stranger: [stranger.status, (await stranger.json()).code],
  };
};

const tell = (said) => fetch("/said", { method: "POST", body: JSON.stringify(said) });

try {
  const said = { rest: await rest().catch((error) => ({ kept: error.name })) };
  for (const [name, transport] of Object.entries(transports)) {
    said[name] = await through(transport, name === "grpc-web");
  }
  await tell(said);
} catch (error) {
  await tell({ broken: `${error.stack ?? error}` });
}
