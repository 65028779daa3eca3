//! From parts to a running server: binds, serves health, builds each service, then serves all. Knows no signal and no
//! command line.

use crate::{
    admin,
    config::{Config, ConfigError, Tree},
    database::{self, Databases},
    edge::{Edge, EdgeParts, Tls, TlsError},
    health::Health,
    identity::Identity,
    layers::{self, Gate, LayerParts, Methods, ReadDatabases, RuleError, Rules},
    server::Server,
    service::{BoxError, Check, Part, Service, Task},
    setup::{Peers, Probes, Setup},
    telemetry::{Telemetry, TelemetryError},
};
use futures_util::FutureExt;
use hoagiai_store::{Db, Keyring};
use hoagiai_types::Env;
use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

/// A server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is unusable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A service is not in the contracts.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// A method of the contracts has no access rule.
    #[error(transparent)]
    Contract(#[from] hoagiai_rpc::annotations::Unannotated),
    /// TLS is unusable.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Telemetry is unusable.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// A service could not be built.
    #[error("the service {name} cannot start")]
    Service {
        /// The service.
        name: &'static str,
        /// The cause.
        #[source]
        source: BoxError,
    },
    /// The descriptors for reflection are unusable.
    #[error("reflection cannot start")]
    Reflection(#[source] BoxError),
    /// The process cannot listen to signals.
    #[error("cannot listen to signals")]
    Signals(#[source] std::io::Error),
    /// Who may vouch for callers is unusable.
    #[error("identity cannot start")]
    Identity(#[source] BoxError),
}

type OnReady = dyn FnOnce(&Server) + Send;

/// What is to be started.
pub struct Launch {
    name: &'static str,
    tree: Tree,
    env: Env,
    rules: Option<Rules>,
    identity: Option<Arc<Identity>>,
    keys: Option<Arc<Keyring>>,
    parts: Vec<Part>,
    install_telemetry: bool,
    on_ready: Option<Box<OnReady>>,
}

impl Launch {
    /// Nothing yet, on this configuration, with the rules of the contracts.
    #[must_use]
    pub fn new(name: &'static str, tree: Tree) -> Self {
        Self {
            name,
            tree,
            env: Env::system(),
            rules: None,
            identity: None,
            keys: None,
            parts: Vec::new(),
            install_telemetry: false,
            on_ready: None,
        }
    }

    /// Adds a service.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Other time and ids than the system's.
    #[must_use]
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    /// Another identity than the configured one.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// Another keyring than the configured one.
    #[must_use]
    pub fn keys(mut self, keys: Arc<Keyring>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Rules of services outside of the contracts (tests).
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = Some(rules);
        self
    }

    /// Does something once everything serves, such as telling a person where.
    #[must_use]
    pub fn on_ready(mut self, tell: impl FnOnce(&Server) + Send + 'static) -> Self {
        self.on_ready = Some(Box::new(tell));
        self
    }

    /// Makes logs and traces of the process those of this server.
    #[must_use]
    pub fn install_telemetry(mut self) -> Self {
        self.install_telemetry = true;
        self
    }

    /// Binds, serves health, builds every service, then serves all. Returns when everything is ready.
    ///
    /// # Errors
    /// Anything that keeps any part from serving; nothing is left running then.
    pub async fn start(self) -> Result<Server, StartError> {
        let config = self.tree.config()?;
        let telemetry = Arc::new(Telemetry::start(&config.telemetry, self.name)?);
        if self.install_telemetry {
            telemetry.install(&config.telemetry)?;
        }
        let server = self.bind(config, telemetry.clone()).await;
        if server.is_err() {
            telemetry.flush().await;
        }
        server
    }

    async fn bind(mut self, config: Config, telemetry: Arc<Telemetry>) -> Result<Server, StartError> {
        let tls = match &config.server.tls {
            None => None,
            Some(tls) => Some(Tls::open(tls, &["h2"])?),
        };
        let identity = match self.identity.clone() {
            Some(identity) => identity,
            None => Arc::new(Identity::from_config(&config, self.env.now()).map_err(StartError::Identity)?),
        };
        identity.begin(&self.env, &telemetry.metrics).await;
        let (listener, address) = listen(config.server.listen).await?;
        let admin = match config.admin.listen {
            None => None,
            Some(address) => Some(listen(address).await?),
        };

        let (reporter, health_service) = tonic_health::server::health_reporter();
        let health = Health::new(reporter).await;
        let mut builtin = Routes::default().add_service(health_service);
        if config.server.reflection {
            builtin = builtin.add_service(crate::contract::reflection().map_err(StartError::Reflection)?);
        }
        let rules = match self.rules.take() {
            Some(rules) => rules,
            None => crate::contract::rules()?,
        };
        let rules = rules.builtin();
        let (drain, abort, stop) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let hurry = CancellationToken::new();
        let gate = Gate::new(builtin.clone());
        let read_databases = ReadDatabases::default();
        let layer_parts = LayerParts {
            methods: Arc::new(Methods::of(&rules)),
            metrics: telemetry.metrics.clone(),
            env: self.env.clone(),
            identity: identity.clone(),
            databases: read_databases.clone(),
            drain: drain.clone(),
        };
        let edge_parts = EdgeParts {
            handler: layers::stack(&layer_parts, &config, gate.clone()),
            config: config.server.clone(),
            tls,
            metrics: telemetry.metrics.clone(),
            drain: drain.clone(),
            abort: abort.clone(),
        };
        let (inside, arrivals) = mpsc::channel(16);
        let edge = Edge::start(listener, arrivals, edge_parts);
        let tasks = TaskTracker::new();
        let admin_address = admin.as_ref().map(|(_, address)| *address);
        if let Some((listener, _)) = admin {
            tasks.spawn(admin::serve(listener, health.clone(), telemetry.clone(), stop.clone()));
        }
        tasks.spawn(identity.clone().keep_fresh(self.env.clone(), telemetry.metrics.clone(), stop.clone()));
        let peers = Peers::new(&config, self.parts.iter().map(|part| part.name), inside);
        // From here on a failure drops `server`, which aborts what runs.
        let mut server = Server {
            address,
            admin_address,
            faces: Vec::new(),
            config,
            identity,
            edge,
            health,
            telemetry,
            peers,
            tasks,
            drain,
            abort,
            stop,
            hurry,
            broken: CancellationToken::new(),
        };
        let databases = Databases::new(self.tree.clone(), &server.config, self.keys.clone());
        let mut routes = builtin;
        let (mut journals, mut reads, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        for part in &self.parts {
            let mut service = server.build(part, &self, &databases, &rules).await?;
            journals.extend(service.db.clone());
            if let Some(db) = &service.db {
                reads.extend(service.grpc_names.iter().map(|name| (*name, db.clone())));
            }
            tasks.append(&mut service.tasks);
            server.faces.append(&mut service.faces);
            let own = server.adopt(part.name, service).await;
            routes = Routes::from(routes.into_axum_router().merge(own));
        }
        if !journals.is_empty() {
            routes = routes.add_service(crate::contract::journals(journals, server.drain.clone()));
        }
        read_databases.set(reads);
        gate.open(routes);
        // Only now: a service that followed another of this process would find the gate closed.
        for task in tasks {
            server.spawn(task);
        }
        server.health.built().await;
        tracing::info!(address = %server.address, admin = ?server.admin_address, "serving");
        if let Some(tell) = self.on_ready.take() {
            tell(&server);
        }
        Ok(server)
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bind = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bind.await.map_err(|source| StartError::Bind { address, source })
}

impl Server {
    async fn build(
        &self,
        part: &Part,
        launch: &Launch,
        databases: &Databases,
        rules: &Rules,
    ) -> Result<Service, StartError> {
        let name = part.name;
        let setup = Setup {
            name,
            env: launch.env.clone(),
            tree: launch.tree.clone(),
            peers: self.peers.clone(),
            token: self.identity.own_token(name, &self.config, &launch.env),
            identity: self.identity.clone(),
            databases: databases.clone(),
            probes: Probes { health: self.health.clone(), telemetry: self.telemetry.clone() },
            shutdown: self.stop.clone(),
        };
        let service = (part.build)(&setup).await.map_err(|source| StartError::Service { name, source })?;
        Methods::known_for(rules, &service.grpc_names)?;
        Ok(service)
    }

    /// Takes a service in: its health and its database. Answers its routes.
    async fn adopt(&self, name: &'static str, service: Service) -> axum::Router {
        let Service { grpc_names, routes, db, mut checks, .. } = service;
        if let Some(db) = db {
            self.tasks.spawn(database::watch(db.clone(), self.broken.clone(), self.stop.clone()));
            checks.push(ping(db));
        }
        self.health.add(name, grpc_names).await;
        let check: Check = Arc::new(move || {
            let asked = futures_util::future::join_all(checks.iter().map(|check| check()));
            Box::pin(asked.map(|answers| answers.into_iter().all(|ready| ready)))
        });
        self.health.ask(name, &check).await;
        let every = self.config.admin.ask_every.get();
        self.tasks.spawn(self.health.clone().watch(name, check, every, self.stop.clone()));
        without_fallback(routes)
    }

    fn spawn(&self, Task { name, work }: Task) {
        let (stop, abort, metrics) = (self.stop.clone(), self.abort.clone(), self.telemetry.metrics.clone());
        self.tasks.spawn(async move {
            let ended = abort.run_until_cancelled(AssertUnwindSafe(work).catch_unwind()).await;
            match ended {
                Some(Err(_)) => tracing::error!(task = name, "a background task panicked"),
                Some(Ok(())) if !stop.is_cancelled() => tracing::error!(task = name, "a background task ended early"),
                _ => return,
            }
            metrics.task_failed(name);
        });
    }
}

/// Asks a database whether it answers.
fn ping(db: Db) -> Check {
    Arc::new(move || {
        let db = db.clone();
        Box::pin(async move {
            let answer = db.ping().await;
            answer.inspect_err(|error| tracing::warn!(journal = db.journal(), error = %error, "no answer")).is_ok()
        })
    })
}

/// Two routers with a fallback each cannot be merged; the runtime's own answers for all.
fn without_fallback(routes: Routes) -> axum::Router {
    routes.into_axum_router().reset_fallback()
}
