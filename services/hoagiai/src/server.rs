//! The four services in one process: their configuration from folder, file, environment and command line, and the
//! launch that the separate processes use too.

use std::{collections::BTreeMap, path::Path};

use hoagiai_runtime::{
    Launch, Part, StartError,
    config::{ConfigError, Source, Tree},
};

use crate::{
    cli::{Front, Place, SandboxArgs},
    databases,
    failure::Failure,
    folder::Folder,
};

/// The file of keys that seal personal data and sign checkpoints.
#[must_use]
pub fn keys(folder: &Path) -> std::path::PathBuf {
    folder.join("keys").join("keyring")
}

/// The configuration: what follows from the folder, then the file, then the environment, then the command line.
///
/// # Errors
/// The file cannot be read, the URL is none, a key is unknown or its value does not fit.
pub fn configuration(folder: &Path, place: &Place, quiet: bool) -> Result<Tree, Failure> {
    with_front(folder, place, &Front::default(), quiet)
}

/// [`configuration`] of a server that is reached over HTTP too.
///
/// # Errors
/// As [`configuration`].
pub fn with_front(folder: &Path, place: &Place, front: &Front, quiet: bool) -> Result<Tree, Failure> {
    configured(folder, place, front, quiet, Defaults::default())
}

/// [`configuration`] of a sandbox: webhooks may go to endpoints of this machine that were named, and nowhere else within.
///
/// # Errors
/// As [`configuration`].
pub fn sandbox(args: &SandboxArgs) -> Result<Tree, Failure> {
    let mut defaults = Defaults::default();
    let texts = |texts: Vec<String>| toml::Value::Array(texts.into_iter().map(toml::Value::String).collect());
    let mut webhooks = toml::Table::new();
    let addresses = args.webhook.iter().map(|address| address.ip().to_string()).collect();
    webhooks.insert("networks".to_owned(), texts(addresses));
    webhooks.insert("plain_http".to_owned(), texts(args.webhook.iter().map(ToString::to_string).collect()));
    defaults.set("gateway", "webhooks", webhooks);
    let place = Place { database_url: None, listen: args.listen, config: None };
    configured(&args.data, &place, &args.front, true, defaults)
}

fn configured(
    folder: &Path,
    place: &Place,
    front: &Front,
    quiet: bool,
    mut defaults: Defaults,
) -> Result<Tree, Failure> {
    let mut options: Vec<(String, String)> = Vec::new();
    if let Some(address) = front.http {
        options.push(("HOAGIAI__GATEWAY__LISTEN".to_owned(), address.to_string()));
    }
    if let Some(address) = place.listen {
        options.push(("HOAGIAI__SERVER__LISTEN".to_owned(), address.to_string()));
        if address.port() == 0 && std::env::var_os("HOAGIAI__ADMIN__LISTEN").is_none() {
            options.push(("HOAGIAI__ADMIN__LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
        }
        let said = front.http.is_some() || std::env::var_os("HOAGIAI__GATEWAY__LISTEN").is_some();
        if address.port() == 0 && !said {
            options.push(("HOAGIAI__GATEWAY__LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
        }
    }
    defaults.set("data", "folder", text(folder));
    defaults.set("keys", "file", text(&keys(folder)));
    defaults.set("identity", "local_key", text(&folder.join("keys").join("issuer.pem")));
    // `hoagiai token` makes tokens of up to a day for people who try calls by hand.
    defaults.set("identity", "local_longest", "24h");
    if quiet {
        // Feeds within the process break off when it stops, and say so: of no use to whoever watches a demo.
        defaults.set("telemetry", "log_filter", "warn,hoagiai_store::feed=error");
        // Nobody balances calls over a demo: it may stop at once.
        defaults.set("server", "drain_delay", "0ms");
        defaults.set("server", "drain_silent", "100ms");
    }
    for (service, url) in place.database_url.as_deref().map(databases::urls).transpose()?.unwrap_or_default() {
        // On other storage than the database, where it shows that the database was rolled back.
        let mut database = toml::Table::new();
        database.insert("witness".to_owned(), text(&folder.join(format!("{service}.witness"))));
        defaults.set(service, "database", database);
        options.push((format!("HOAGIAI__{}__DATABASE__URL", service.to_uppercase()), url));
    }
    let options: Vec<(&str, &str)> = options.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let source = Source::process(place.config.clone()).with_defaults(defaults.to_toml()).with_environment(options);
    let tree = source.load().map_err(|error| wrong(&error))?;
    tree.config().map_err(|error| wrong(&error))?;
    Ok(tree)
}

/// The sections of the configuration that follow from the folder.
#[derive(Default)]
struct Defaults(BTreeMap<String, toml::Table>);

impl Defaults {
    fn set(&mut self, section: &str, key: &str, value: impl Into<toml::Value>) {
        self.0.entry(section.to_owned()).or_default().insert(key.to_owned(), value.into());
    }

    fn to_toml(&self) -> String {
        let sections = self.0.iter().map(|(name, section)| (name.clone(), toml::Value::Table(section.clone())));
        sections.collect::<toml::Table>().to_string()
    }
}

fn text(path: &Path) -> toml::Value {
    path.display().to_string().into()
}

fn wrong(error: &ConfigError) -> Failure {
    Failure::input("the configuration cannot be used", "`hoagiai config print` shows every key").because(error)
}

/// The four services, not started yet.
#[must_use]
pub fn launch(tree: Tree) -> Launch {
    Launch::new("hoagiai", tree)
        .part(Part::new("registry", hoagiai_registry::service))
        .part(Part::new("cases", hoagiai_case::service))
        .part(Part::new("evaluation", hoagiai_evaluation::service))
        .part(Part::new("reporting", hoagiai_reporting::service))
}

/// The four services and the gateway in front of them.
#[must_use]
pub fn launch_with_front(tree: Tree) -> Launch {
    launch(tree).part(Part::new("gateway", hoagiai_gateway::service))
}

/// Makes the databases of a PostgreSQL server that are not there yet.
///
/// # Errors
/// The server is not to be reached, or refuses.
pub async fn create_databases(place: &Place) -> Result<(), Failure> {
    for (service, url) in place.database_url.as_deref().map(databases::urls).transpose()?.unwrap_or_default() {
        hoagiai_store::create_database(&url).await.map_err(|error| {
            let remedy = "check host, port, user and password, and that the user may create databases";
            Failure::input(format!("the PostgreSQL database of {service} cannot be used"), remedy).because(&error)
        })?;
    }
    Ok(())
}

/// Why the server did not start, for people.
#[must_use]
pub fn not_started(error: &StartError, folder: &Folder) -> Failure {
    let failure = match error {
        StartError::Bind { address, .. } => Failure::input(
            format!("cannot listen on {address}"),
            "another program listens there: choose another port with --listen (gRPC), --http or HOAGIAI__ADMIN__LISTEN \
             (metrics), port 0 for any free one",
        ),
        StartError::Service { name: "gateway", .. } => Failure::input(
            "the HTTP port cannot be opened",
            "another program listens there, or the section [gateway] of the configuration is wrong: --http chooses another port",
        ),
        StartError::Config(_) => {
            Failure::input("the configuration cannot be used", "`hoagiai config print` shows every key")
        }
        _ => Failure::failed(
            format!("the services cannot start on {}", folder.path().display()),
            "`hoagiai journal verify --data DIR` tells whether the data is whole",
        ),
    };
    failure.because(error)
}
