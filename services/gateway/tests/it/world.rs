//! The gateway, a certified provider, and browsers that go between them.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use hoagiai_runtime::Part;
use hoagiai_testkit::server::{self, TestServer};
use http::{Method, StatusCode, header};
use reqwest::{Client, Response, Url, redirect::Policy};

use crate::provider::{AUDIENCE, Provider};

pub(crate) const SESSION: &str = "__Host-hoagiai";
pub(crate) const BEGUN: &str = "__Host-hoagiai-sign-in";
pub(crate) const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The gateway, the provider, and where the first is.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) provider: Provider,
    pub(crate) url: String,
    pub(crate) settings: Settings,
    pub(crate) folder: tempfile::TempDir,
}

/// What worlds differ in.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// More of the section of signing in.
    pub(crate) sign_in: String,
    /// The roles of the provider's accounts are assigned here.
    pub(crate) assigned: bool,
    /// Databases on PostgreSQL: of the registry, of the gateway.
    pub(crate) databases: Option<[String; 2]>,
}

/// A port that was free a moment ago: who redirects must know it before anybody listens.
fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) async fn world(more: &str) -> World {
    World::new(Settings { sign_in: more.to_owned(), ..Settings::default() }).await
}

impl World {
    pub(crate) async fn new(settings: Settings) -> Self {
        let url = format!("http://127.0.0.1:{}", port());
        let provider = Provider::start(&format!("{url}/sign-in/callback"));
        let folder = tempfile::tempdir().unwrap();
        let server = start(&settings, &provider, (&url, &url), folder.path()).await;
        Self { server, provider, url, settings, folder }
    }

    /// Another gateway of the same databases, and where it is.
    pub(crate) async fn another(&self) -> (TestServer, String) {
        let at = format!("http://127.0.0.1:{}", port());
        (start(&self.settings, &self.provider, (&self.url, &at), self.folder.path()).await, at)
    }

    /// Killed without being asked, and started again on the same databases.
    pub(crate) async fn killed_and_started_again(self) -> Self {
        let Self { server, provider, url, settings, folder } = self;
        drop(server);
        let server = start(&settings, &provider, (&url, &url), folder.path()).await;
        Self { server, provider, url, settings, folder }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Until the browser comes back with a code.
    pub(crate) async fn begun(&self, browser: &mut Browser, account: &str) -> Url {
        let response = browser.get(&self.at("/sign-in?return=/docs/"), &[]).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        browser.at_provider(location(&response), account).await
    }

    pub(crate) async fn signed_in(&self, account: &str) -> Browser {
        let mut browser = Browser::new();
        let callback = self.begun(&mut browser, account).await;
        let response = browser.get(callback.as_str(), &[]).await;
        assert_eq!((response.status(), location(&response).as_str()), (StatusCode::SEE_OTHER, "/docs/"));
        browser
    }

    pub(crate) async fn units(&self, browser: &mut Browser, headers: &[(&str, &str)]) -> StatusCode {
        browser.get(&self.at("/v1/units"), headers).await.status()
    }
}

/// The registry and a gateway in one process, which listens there.
async fn start(settings: &Settings, provider: &Provider, (url, at): (&str, &str), folder: &Path) -> TestServer {
    let listen = at.strip_prefix("http://").unwrap();
    let trusted = match settings.assigned {
        true => provider.trusted("\"discovery\"").replace("roles = [\"auditor\"]", "roles = []\nroles_assigned = true"),
        false => provider.trusted("\"discovery\""),
    };
    let configuration = format!(
        "[data]\nfolder = {folder:?}\n[gateway]\nlisten = {listen:?}\npublic_url = {url:?}\n[gateway.sign_in]\nissuer = {:?}\n\
         client_id = \"hoagiai-page\"\nclient_secret = \"secret: of/tests+page\"\nresource = {AUDIENCE:?}\n{}\n\
         [identity]\nlocal_key = {:?}\n{trusted}",
        provider.issuer(),
        settings.sign_in,
        folder.join("issuer.pem"),
    );
    let began = Instant::now();
    loop {
        let both = [Part::new("registry", hoagiai_registry::service), Part::new("gateway", hoagiai_gateway::service)];
        let mut starting = server::of(both).configuration(&configuration);
        for (part, url) in ["registry", "gateway"].into_iter().zip(settings.databases.iter().flatten()) {
            starting = starting.database(part, url);
        }
        match starting.start().await {
            Ok(server) => return server,
            // What was killed a moment ago still holds its port and its files.
            Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{error:#}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A browser as far as it matters here: cookies by host, and no redirect is followed unseen.
pub(crate) struct Browser {
    client: Client,
    pub(crate) jars: BTreeMap<String, BTreeMap<String, String>>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { client: Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(), jars: BTreeMap::new() }
    }

    pub(crate) async fn send(&mut self, method: Method, url: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let jar = self.jars.entry(host(url)).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url).body(body.to_owned());
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if !body.is_empty() && headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                jar.remove(name)
            } else {
                jar.insert(name.to_owned(), value.to_owned())
            };
        }
        response
    }

    pub(crate) async fn get(&mut self, url: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET, url, headers, "").await
    }

    /// Goes to the provider and signs in there as this account; the address that it sends back to.
    pub(crate) async fn at_provider(&mut self, mut url: String, account: &str) -> Url {
        for _ in 0..12 {
            let response = self.get(&url, &[]).await;
            if response.status().is_redirection() {
                let next = Url::parse(&url).unwrap().join(&location(&response)).unwrap();
                if next.path() == "/sign-in/callback" {
                    return next;
                }
                url = next.into();
                continue;
            }
            let page = response.text().await.unwrap();
            assert!(page.contains("name=\"prompt\""), "{url}: {page}");
            let form = match page.contains("value=\"login\"") {
                true => format!("prompt=login&login={account}&password=x"),
                false => "prompt=consent".to_owned(),
            };
            let answer = self.send(Method::POST, &url, &[], &form).await;
            url = Url::parse(&url).unwrap().join(&location(&answer)).unwrap().into();
        }
        panic!("the provider sends in circles");
    }

    pub(crate) fn cookie(&mut self, url: &str, name: &str) -> &mut String {
        self.jars.get_mut(&host(url)).unwrap().get_mut(name).unwrap()
    }

    pub(crate) fn has(&self, url: &str, name: &str) -> bool {
        self.jars.get(&host(url)).is_some_and(|jar| jar.contains_key(name))
    }
}

pub(crate) fn host(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

pub(crate) fn location(response: &Response) -> String {
    let location = response.headers().get(header::LOCATION);
    location.unwrap_or_else(|| panic!("{}", response.status())).to_str().unwrap().to_owned()
}
