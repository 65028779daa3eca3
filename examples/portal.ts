// A portal over REST in TypeScript, with nothing but the platform: asks, pages, writes once, reads what was refused.
//
// HOAGIAI_API is the address (http://127.0.0.1:8080 if unset), HOAGIAI_TOKEN a token of the chair of a commune, the
// argument the commune's code: `npx tsx examples/portal.ts 00004`.

const API = process.env.HOAGIAI_API ?? "http://127.0.0.1:8080";
const TOKEN = process.env.HOAGIAI_TOKEN ?? "";
const DAY = "2025-07-01";

interface Unit {
  unitId: string;
  displayName: string;
}

interface Team {
  teamId: string;
  displayName: string;
  state: string;
  areaUnitId: string;
}

interface Detail {
  "@type": string;
  reason?: string;
  message?: string;
  fieldViolations?: { field: string; description: string }[];
}

interface Status {
  code: number;
  message: string;
  details: Detail[];
}

/** What the server said: `reason` is for programs, `message` for people, `fields` are all that is wrong. */
class Refused extends Error {
  readonly reason: string;
  readonly fields: string[];

  constructor(status: Status) {
    const detail = (name: string) => status.details.find((detail) => detail["@type"].endsWith(name));
    super(detail("LocalizedMessage")?.message ?? status.message);
    this.reason = detail("ErrorInfo")?.reason ?? "";
    this.fields = detail("BadRequest")?.fieldViolations?.map((fault) => fault.field) ?? [];
  }
}

interface Call {
  query?: Record<string, string>;
  body?: unknown;
  key?: string;
}

/** One call. A busy server is asked again with the same key: what was done is not done twice. */
async function call<T>(method: "GET" | "POST", path: string, { query, body, key }: Call = {}): Promise<T> {
  const url = new URL(path, API);
  url.search = new URLSearchParams(query).toString();
  const headers: Record<string, string> = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  if (key) headers["idempotency-key"] = key;
  for (let attempt = 0; ; attempt++) {
    const init = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) };
    const answer = await fetch(url, init);
    if (answer.ok) return (await answer.json()) as T;
    if (![429, 503].includes(answer.status) || attempt === 4) throw new Refused((await answer.json()) as Status);
    const seconds = Number(answer.headers.get("retry-after") ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** The unit that had a code on a day: a code means nothing without one. */
async function unit(code: string, day: string): Promise<Unit> {
  return (await call<{ unit: Unit }>("GET", "/v1/units:find", { query: { code, validAt: day } })).unit;
}

/** Every team of an area, page after page. */
async function* teams(unitId: string): AsyncGenerator<Team> {
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const query = { unitId, pageSize: "20", pageToken };
    const page = await call<{ teams: Team[]; nextPageToken: string }>("GET", "/v1/teams", { query });
    yield* page.teams;
    pageToken = page.nextPageToken;
  }
}

/** A second team in an area, with the reason that such an exception needs. */
async function plan(commune: string, areaUnitId: string, targetSize: number, key: string): Promise<Team> {
  const decision = { number: "12/QĐ-UBND", issueDate: { year: 2025, month: 9, day: 3 }, issuer: "Chủ tịch UBND" };
  const team = { areaUnitId, displayName: "Tổ hòa giải mẫu", targetSize, exceptionReason: "Khu tập thể đông hộ" };
  const body = { decision, plans: [team] };
  return (await call<{ teams: [Team] }>("POST", `/v1/communes/${commune}/teams:plan`, { body, key })).teams[0];
}

async function main(code: string): Promise<void> {
  const { unitId: commune, displayName } = await unit(code, DAY);
  console.log(`${code} on ${DAY}: ${displayName}`);
  const found: Team[] = [];
  for await (const team of teams(commune)) found.push(team);
  console.log(`teams: ${found.length}`);
  const area = found[0].areaUnitId;
  try {
    await plan(commune, area, 2, crypto.randomUUID());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.log(`refused: ${error.reason} ${error.fields.join(" ")}`);
  }
  // The key is made once, kept with the form that is sent, and sent again whenever no answer came.
  const key = crypto.randomUUID();
  const planned = await plan(commune, area, 5, key);
  console.log(`planned: ${planned.displayName}, ${planned.state}`);
  const again = await plan(commune, area, 5, key);
  console.log(`again: ${again.teamId === planned.teamId ? "the same team" : "another team"}`);
}

void main(process.argv[2]);
