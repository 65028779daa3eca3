// An agency with what Node.js has: signs in, asks the directory, subscribes, and takes what is sent to it, verifying with a
// key that cannot sign.
//
// HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_SANDBOX the file sandbox.json of `hoagiai sandbox
// --webhook 127.0.0.1:9090`, the argument where this agency listens: `npx tsx examples/agency.ts 127.0.0.1:9090`.

import { createPublicKey, randomUUID, verify } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

const api = process.env.HOAGIAI_API ?? "http://127.0.0.1:8080";
const agency = JSON.parse(readFileSync(process.env.HOAGIAI_SANDBOX ?? "", "utf8"))[0];

/** A token for an id and a secret (OAuth 2.0 client credentials): good for a quarter of an hour. */
async function signIn(): Promise<string> {
  const pair = Buffer.from(`${agency.client_id}:${agency.client_secret}`).toString("base64");
  const body = new URLSearchParams({ grant_type: "client_credentials" });
  const answer = await fetch(`${api}/oauth/token`, { method: "POST", headers: { authorization: `Basic ${pair}` }, body });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** One call, with the purpose that every disclosure is written down with. */
async function call(token: string, method: string, path: string, body?: unknown): Promise<any> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "x-purpose": encodeURIComponent("Thử nghiệm: xác minh hòa giải viên"),
    "idempotency-key": randomUUID(),
  };
  const answer = await fetch(api + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(json)}`);
  return json;
}

/** A key of Standard Webhooks (`whpk_…`): 32 bytes behind the twelve that say that they are ed25519 (RFC 8410). */
function publicKey(text: string) {
  const raw = Buffer.from(text.replace("whpk_", ""), "base64");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

async function main(listen: string) {
  const [host, port] = listen.split(":");
  let key: ReturnType<typeof publicKey> | undefined;
  let came: (event: any) => void;
  const event = new Promise<any>((resolve) => (came = resolve));

  // Where events are sent. A repeat comes under the same `webhook-id`: whoever has the id has the fact.
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "OPTIONS") {
      // Consent: nobody is sent to who did not ask for it.
      response.setHeader("WebHook-Allowed-Origin", String(request.headers["webhook-request-origin"])).end();
      return;
    }
    const pieces: Buffer[] = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces);
      const { "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": shown } = request.headers;
      const content = Buffer.concat([Buffer.from(`${id}.${sent}.`), body]);
      const fresh = Math.abs(Date.now() / 1000 - Number(sent)) < 300;
      const signed = (one: string) => verify(null, content, key!, Buffer.from(one.replace("v1a,", ""), "base64"));
      const good = key !== undefined && fresh && String(shown).split(" ").some(signed);
      response.writeHead(good ? 204 : 401).end();
      if (good) came(JSON.parse(body.toString("utf8")));
    });
  });
  server.listen(Number(port), host);
  await once(server, "listening");

  const token = await signIn();
  const found = await call(token, "GET", `/v1/units/${agency.area_unit_id}/directory?pageSize=1`);
  console.log(`directory: ${found.entries.length} entry, ${found.nextPageToken ? "more" : "no more"}`);
  const { entry } = await call(token, "GET", `/v1/directory/${found.entries[0].mediatorId}`);
  console.log(`entry: ${entry.fullName ? "named" : "unnamed"}, ${entry.teamDisplayName ? "True" : "False"}`);

  const wanted = { eventKinds: ["registry.*"], endpoint: `http://${listen}/events` };
  const made = await call(token, "POST", `/v1/consumers/${agency.consumer_id}/subscriptions`, wanted);
  key = publicKey(made.subscription.publicKey);
  const path = `/v1/subscriptions/${made.subscription.subscriptionId}`;
  while ((await call(token, "GET", path)).subscription.state !== "SUBSCRIPTION_STATE_ACTIVE") {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log("subscription: active");
  const first = await event;
  console.log(`event: ${first.type}, ${first.source}`);
  await call(token, "POST", `${path}:end`, {});
  console.log("subscription: ended");
  server.close();
  server.closeAllConnections();
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
