//! The section `[gateway]` of the configuration.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use hoagiai_outbound::{
    client::{Client, ClientConfig},
    guard::{Guard, GuardConfig},
    webhook::handshake::Origin,
};
use hoagiai_runtime::config::Secret;

use hoagiai_runtime::config::TlsConfig;

use crate::{
    door::{
        config::{self as proxies, ProxyConfig},
        prefix::is_prefix,
    },
    outgoing::{ON_THE_BUS, Ways},
    sign_in::config::SignInConfig,
};

/// What an operator may decide about the faces over HTTP.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port of HTTP; port 0 takes a free one. Default: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// TLS; none serves plain HTTP (behind a proxy, or on one machine).
    pub tls: Option<TlsConfig>,
    /// Origins of web pages that may call, such as `https://portal.hanoi.gov.vn`; none by default. `*` is refused: the
    /// calls carry credentials.
    pub allowed_origins: Vec<String>,
    /// Whether visitors without credentials are answered what the directory makes public (rule 57). Default: yes.
    pub visitors: bool,
    /// How many calls a minute a visitor may make, by address; more are answered 429 with the time to wait. 0: as many as
    /// they like, for instance where a proxy in front counts. Default: 60.
    pub visitor_calls_per_minute: u32,
    /// Connections at once; more wait to be accepted. Default: 4,096.
    pub connections: usize,
    /// Seconds within which the head of a request must have come, and before it a TLS handshake, 1 to 600. Default: 10.
    pub head_seconds: u64,
    /// The code of this registry among agencies (SPDCI `receiver_id`). Default: `H26`, Hà Nội.
    pub agency_code: String,
    /// Events for the endpoints of agencies.
    pub webhooks: Webhooks,
    /// Messages of agencies that speak SPDCI.
    pub spdci: SpdciConfig,
    /// Events for the bus; none: they go to no bus.
    pub bus: Option<BusConfig>,
    /// How much of the ledger is kept, and for how long.
    pub keep: Keep,
    /// Where the API is reached from outside, for its description: `https://api.hoagiai.hanoi.gov.vn`. None: where the
    /// description was read.
    pub public_url: Option<String>,
    /// Gateways in front that say who calls, each known by its client certificate; none by default.
    pub proxies: Vec<ProxyConfig>,
    /// What gateways in front put before our paths and leave there, such as `/hoagiai/1.0`: taken off, whoever calls.
    pub path_prefixes: Vec<String>,
    /// Officers sign in with a browser; none: nobody does. Needs `public_url`.
    pub sign_in: Option<SignInConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: None,
            allowed_origins: Vec::new(),
            visitors: true,
            visitor_calls_per_minute: 60,
            connections: 4_096,
            head_seconds: 10,
            agency_code: "H26".to_owned(),
            webhooks: Webhooks::default(),
            spdci: SpdciConfig::default(),
            bus: None,
            keep: Keep::default(),
            public_url: None,
            proxies: Vec::new(),
            path_prefixes: Vec::new(),
            sign_in: None,
        }
    }
}

/// The section `[gateway.spdci]`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpdciConfig {
    /// Days for which messages, answers and notices are kept after they are settled, 7 to 3,650. As long as that a second message
    /// of an id is known for one, and `txn/status` finds what was asked. Default: 90: the schedule of a callback ends after four
    /// days, and an agency that compares its books with ours by the quarter finds everything. What was told of whom is kept
    /// for ever, elsewhere.
    pub keep_days: u32,
}

impl Default for SpdciConfig {
    fn default() -> Self {
        Self { keep_days: 90 }
    }
}

impl SpdciConfig {
    /// How long they are kept.
    pub fn keep(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_days) * 86_400)
    }
}

/// The section `[gateway.webhooks]`: to whom events are sent, and where endpoints may lie.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// The DNS name that endpoints are asked to consent to. Default: `hoagiai.local`.
    pub origin: String,
    /// Networks beside the public one where endpoints of every agency may lie, such as `10.20.0.0/16`: as narrow as can be.
    /// Better to each agency its own, with `agencies`.
    pub networks: Vec<String>,
    /// Ports beside 443 and 8443, of every agency.
    pub ports: Vec<u16>,
    /// Hosts and ports that are spoken to without TLS, `host:port`, of every agency: for a sandbox.
    pub plain_http: Vec<String>,
    /// What is opened to one agency alone, by a code of it: `[gateway.webhooks.agencies."000.00.19.H26"]`.
    pub agencies: BTreeMap<String, Opened>,
    /// A file with further authorities of certificates (PEM): those of the state are in no browser.
    pub roots: Option<PathBuf>,
}

/// What is opened to one agency beside what is open to all.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Opened {
    /// Networks beside the public one where its endpoints may lie.
    pub networks: Vec<String>,
    /// Ports beside 443 and 8443.
    pub ports: Vec<u16>,
    /// Hosts and ports that are spoken to without TLS, `host:port`.
    pub plain_http: Vec<String>,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            origin: "hoagiai.local".to_owned(),
            networks: Vec::new(),
            ports: Vec::new(),
            plain_http: Vec::new(),
            agencies: BTreeMap::new(),
            roots: None,
        }
    }
}

impl Webhooks {
    /// The name that endpoints consent to.
    ///
    /// # Errors
    /// It is no DNS name.
    pub fn origin(&self) -> Result<Origin, Unusable> {
        self.origin.parse().map_err(|_| Unusable::Webhooks("origin", self.origin.clone()))
    }

    /// The clients that send to endpoints: everybody's, and those of agencies to which more is opened.
    ///
    /// # Errors
    /// A network, a host, or the file of authorities cannot be used.
    pub(crate) fn ways(&self) -> Result<Ways, Unusable> {
        let roots = || {
            Unusable::Webhooks("roots", self.roots.as_ref().map(|path| path.display().to_string()).unwrap_or_default())
        };
        let extra_roots_pem = match &self.roots {
            Some(path) => std::fs::read(path).map_err(|_| roots())?,
            None => Vec::new(),
        };
        let everybody = self.opened_to(&Opened::default())?;
        let config = ClientConfig { guard: everybody, extra_roots_pem, ..ClientConfig::default() };
        let everybody = Client::new(config).map_err(|_| roots())?;
        let agency = |(code, more): (&String, &Opened)| {
            Ok((code.clone(), everybody.guarded_by(Guard::new(self.opened_to(more)?))))
        };
        let agencies = self.agencies.iter().map(agency).collect::<Result<_, Unusable>>()?;
        Ok(Ways::new(everybody, agencies))
    }

    /// What is open to all, and more.
    fn opened_to(&self, more: &Opened) -> Result<GuardConfig, Unusable> {
        let network = |text: &String| text.parse().map_err(|_| Unusable::Webhooks("networks", text.clone()));
        let plain = |text: &String| {
            let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
            parts.ok_or_else(|| Unusable::Webhooks("plain_http", text.clone()))
        };
        Ok(GuardConfig {
            networks: self.networks.iter().chain(&more.networks).map(network).collect::<Result<_, _>>()?,
            ports: self.ports.iter().chain(&more.ports).copied().collect(),
            plain_http: self.plain_http.iter().chain(&more.plain_http).map(plain).collect::<Result<_, _>>()?,
        })
    }
}

/// The section `[gateway.bus]`: NATS JetStream.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusConfig {
    /// Where the servers are: `nats://10.0.0.1:4222`, `tls://…`; several with a comma between.
    pub url: String,
    /// The stream, made if it is not there. Default: `HOAGIAI`.
    #[serde(default = "stream")]
    pub stream: String,
    /// The token that the servers ask for; better in a file, `token_file = "…"`.
    #[serde(default)]
    pub token: Option<Secret>,
    /// Copies that the servers keep. Default: 1; 3 in a cluster.
    #[serde(default = "one")]
    pub replicas: usize,
    /// Where each journal begins when the bus is configured for the first time. Default: `now`.
    #[serde(default)]
    pub begin: Begin,
    /// What is to be sent again, once.
    #[serde(default)]
    pub replay: Option<ReplayOnce>,
}

/// Where a journal begins on a bus that has none of it. A bus that is switched off and on again goes on where it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// With what happens from now on.
    #[default]
    Now,
    /// With the first fact of the journal.
    Start,
}

/// The section `[gateway.bus.replay]`: done once when the process starts; the same id again changes nothing.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayOnce {
    /// A name of the operator's, such as the day: `2026-11-27`.
    pub id: String,
    /// Positions of journals after which everything is sent again, in order: `{ registry = 0 }`. Journals that are not named
    /// go on where they are, and none is set ahead.
    #[serde(default)]
    pub after: BTreeMap<String, i64>,
    /// Whether what is parked is sent again. Default: no.
    #[serde(default)]
    pub parked: bool,
}

/// The section `[gateway.keep]`: bounds of the ledger of deliveries. The journals keep every fact whatever it says.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Days that a delivery waits for an endpoint before it is parked, 1 to 3,650. Default: 30.
    pub line_days: u32,
    /// Deliveries that wait for one endpoint; the oldest above it are parked, 1 to 10,000,000. Default: 100,000.
    pub line_length: u32,
    /// Days that acknowledged deliveries are kept, for replay and reconciliation, 1 to 3,650. Default: 90.
    pub acknowledged_days: u32,
    /// Days that parked deliveries and facts parked by the bus are kept, 1 to 3,650. Default: 180.
    pub parked_days: u32,
    /// Days that it is kept how often an agency called, 2 to 3,650. Default: 400.
    pub calls_days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { line_days: 30, line_length: 100_000, acknowledged_days: 90, parked_days: 180, calls_days: 400 }
    }
}

impl Keep {
    /// The first key that is out of range.
    fn fault(&self) -> Option<&'static str> {
        let days = 1..=3_650;
        let fits = [
            ("keep.line_days", days.contains(&self.line_days)),
            ("keep.line_length", (1..=10_000_000).contains(&self.line_length)),
            ("keep.acknowledged_days", days.contains(&self.acknowledged_days)),
            ("keep.parked_days", days.contains(&self.parked_days)),
            ("keep.calls_days", (2..=3_650).contains(&self.calls_days)),
        ];
        fits.into_iter().find(|(_, fits)| !fits).map(|(key, _)| key)
    }
}

impl BusConfig {
    /// The first key that makes no sense.
    fn fault(&self) -> Option<&'static str> {
        let asked = self.replay.as_ref()?;
        let known = |(journal, after): (&String, &i64)| ON_THE_BUS.contains(&journal.as_str()) && *after >= 0;
        match asked {
            asked if asked.id.is_empty() => Some("bus.replay.id"),
            asked if !asked.after.iter().all(known) => Some("bus.replay.after"),
            _ => None,
        }
    }
}

fn stream() -> String {
    "HOAGIAI".to_owned()
}

const fn one() -> usize {
    1
}

/// What of the section cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// An origin that is none, or every origin.
    #[error("configuration key `gateway.allowed_origins`: `{0}` is no origin such as https://portal.example")]
    Origin(String),
    /// A value of the section of webhooks.
    #[error("configuration key `gateway.webhooks.{0}`: `{1}` cannot be used")]
    Webhooks(&'static str, String),
    /// A number out of range.
    #[error("configuration key `gateway.{0}`: out of range")]
    Range(&'static str),
    /// No prefix of a path.
    #[error("configuration key `gateway.path_prefixes`: `{0}` is no prefix such as /hoagiai/1.0")]
    Prefix(String),
    /// Something of a gateway in front.
    #[error("configuration key `gateway.proxies`: {0}")]
    Proxies(&'static str),
    /// An issuer that makes no assertions.
    #[error("configuration key `gateway.proxies`: issuer {0:?} is none of `identity.issuers` with `asserts = true`")]
    Asserting(String),
    /// Something that sign-in needs.
    #[error("configuration key `gateway.{0}`: missing, or of no use for signing in")]
    SignIn(&'static str),
}

impl Config {
    /// Everything of the section that the type does not tell.
    ///
    /// # Errors
    /// The first thing that cannot be used.
    pub fn check(&self) -> Result<(), Unusable> {
        if !(1..=600).contains(&self.head_seconds) {
            return Err(Unusable::Range("head_seconds"));
        }
        if !(7..=3_650).contains(&self.spdci.keep_days) {
            return Err(Unusable::Range("spdci.keep_days"));
        }
        if self.connections == 0 {
            return Err(Unusable::Range("connections"));
        }
        let verifies_clients = self.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
        if let Some(fault) = proxies::fault(&self.proxies, verifies_clients) {
            return Err(Unusable::Proxies(fault));
        }
        if let Some(wrong) = self.path_prefixes.iter().find(|text| !is_prefix(text)) {
            return Err(Unusable::Prefix(wrong.clone()));
        }
        if let Some(key) = self.keep.fault().or_else(|| self.bus.as_ref().and_then(BusConfig::fault)) {
            return Err(Unusable::Range(key));
        }
        if let Some(fault) = self.sign_in.as_ref().and_then(|section| section.fault(self.public_url.as_deref())) {
            return Err(Unusable::SignIn(fault));
        }
        let wrong = |origin: &&String| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_none_or(|host| host.is_empty() || host.contains(['/', '*', ' ']))
        };
        match self.allowed_origins.iter().find(wrong) {
            Some(origin) => Err(Unusable::Origin(origin.clone())),
            None => Ok(()),
        }
    }

    /// How long the head of a request may take.
    pub fn head_limit(&self) -> Duration {
        Duration::from_secs(self.head_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_replays_that_make_no_sense_are_named() {
        let bus = |id: &str, journal: &str, after| BusConfig {
            url: String::new(),
            stream: stream(),
            token: None,
            replicas: 1,
            begin: Begin::Start,
            replay: Some(ReplayOnce {
                id: id.to_owned(),
                after: BTreeMap::from([(journal.to_owned(), after)]),
                parked: false,
            }),
        };
        let keep = |line_days, calls_days| Keep { line_days, calls_days, ..Keep::default() };
        for (keep, bus, fault) in [
            (Keep::default(), None, None),
            (keep(0, 400), None, Some("keep.line_days")),
            (keep(30, 1), None, Some("keep.calls_days")),
            (Keep::default(), Some(bus("2026-11-27", "registry", 0)), None),
            (Keep::default(), Some(bus("", "registry", 0)), Some("bus.replay.id")),
            (Keep::default(), Some(bus("x", "reporting", 0)), Some("bus.replay.after")),
            (Keep::default(), Some(bus("x", "cases", -1)), Some("bus.replay.after")),
        ] {
            let config = Config { keep, bus, ..Config::default() };
            assert_eq!(config.check().err(), fault.map(Unusable::Range));
        }
    }

    #[test]
    fn what_is_opened_to_one_agency_is_open_to_no_other() {
        let text = r#"{ "agencies": { "000.01.H26": { "networks": ["10.20.0.0/16"] } } }"#;
        let webhooks: Webhooks = serde_json::from_str(text).unwrap();
        let ways = webhooks.ways().unwrap();
        let today = "2026-11-27".parse().unwrap();
        let mut consumer = crate::domain::Consumer::sample("000.01.H26");
        let inside = "10.20.3.4".parse().unwrap();
        assert!(ways.guard(&consumer, today).admits(inside).is_ok());
        consumer.agency_codes[0].valid_to = Some("2026-11-26".parse().unwrap());
        assert!(ways.guard(&consumer, today).admits(inside).is_err(), "a code that holds no more");
        assert!(ways.guard(&crate::domain::Consumer::sample("000.02.H26"), today).admits(inside).is_err());
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for (origin, fits) in [
            ("https://portal.hanoi.gov.vn", true),
            ("http://localhost:5173", true),
            ("*", false),
            ("https://*.hanoi.gov.vn", false),
            ("https://portal.hanoi.gov.vn/", false),
            ("portal.hanoi.gov.vn", false),
        ] {
            let config = Config { allowed_origins: vec![origin.to_owned()], ..Config::default() };
            assert_eq!(config.check().is_ok(), fits, "{origin}");
        }
    }
}
