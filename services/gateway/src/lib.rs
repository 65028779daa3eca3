//! The gateway: one HTTP port in front of the services. No rule of mediation lives here, and no method is known by name:
//! what the contracts say is served, whatever they come to say.
//!
//! | path | what |
//! |---|---|
//! | `/v1/**` | REST, transcoded from `google.api.http` |
//! | `/lgsp/v1/**` | the same in the envelope of some buses |
//! | `/<package>.<Service>/<Method>` | Connect (unary), gRPC-Web, gRPC |
//! | `/oauth/token` | tokens of agencies |
//! | `/registry/**` | the registry for agencies that speak SPDCI |
//! | `/openapi.json`, `/docs` | the description of the REST forms, and a page to try them |
//! | `/asyncapi.json` | the description of the events |
//! | `/sign-in`, `/sign-out` | officers with a browser, by OpenID Connect, where configured |
//! | `/healthz`, `/readyz`, `/metrics` | whether the process lives, whether it can serve, what it counted |

mod agencies;
pub mod api;
mod backends;
mod config;
mod counted;
pub mod domain;
mod door;
pub mod error;
mod events;
mod faces;
mod linger;
mod officers;
mod outgoing;
mod served;
mod server;
mod sign_in;
pub mod store;
pub mod usecases;
mod visitors;

use std::sync::Arc;

use hoagiai_proto::gateway::v1::{
    consumer_service_server::ConsumerServiceServer, delivery_service_server::DeliveryServiceServer,
    disclosure_service_server::DisclosureServiceServer, role_assignment_service_server::RoleAssignmentServiceServer,
    subscription_service_server::SubscriptionServiceServer,
};
use hoagiai_rpc::JournalFeed;
use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_store::follow;
use hoagiai_transcode::Table;

pub use config::{Config, Unusable};
pub use sign_in::config::SignInConfig;
pub use store::MIGRATIONS;

/// Builds the gateway: opens its database, reads the contracts, finds the services, listens.
///
/// # Errors
/// The configuration is unusable, the database is not fit, a rule of the contracts makes no sense, no service is to be found,
/// or the address is taken.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config: Config = setup.config()?;
    config.check()?;
    let db = setup.open_db("gateway", MIGRATIONS).await?;
    let connected = agencies::Connected::nobody();
    connected.load(&db, setup.env().now()).await?;
    let officers = officers::Officers::new(setup);
    officers.assigned().load(&db, setup.env().now()).await?;
    let access = setup.identity().policy().clone();
    let (ways, origin) = (config.webhooks.ways()?, config.webhooks.origin()?);
    let counted = counted::Counted::new(&setup.meter());
    let env = setup.env().clone();
    let endpoints = (ways.clone(), outgoing::EndpointPauses::default());
    let deliverer = outgoing::Deliverer::new(db.clone(), env.clone(), endpoints.clone(), origin);
    let gateway = usecases::Gateway::new(db.clone(), env, access, connected.clone(), endpoints, officers.clone());
    let gatekeeper = agencies::Gatekeeper::new(setup.identity().clone(), gateway.clone(), counted.clone());
    let backends = backends::Backends::find(setup, config.visitors, (gatekeeper.clone(), officers.clone()))?;
    let door = door::Door::open(&config, setup, (gatekeeper, officers.clone()))?;
    let table = Arc::new(Table::build(hoagiai_proto::pool(), |method| backends.serve(method))?);
    let spdci = faces::spdci::Spdci {
        backends: backends.clone(),
        gateway: gateway.clone(),
        ways,
        code: config.agency_code.clone(),
    };
    let sign_in = sign_in::SignIn::of(&config, setup, &db, (officers.clone(), counted.clone())).await?;
    let router = faces::router(&config, &backends, &table, spdci.clone(), setup.probes(), (door, sign_in.clone()))?;
    let listener = server::Listener::bind(&config).await?;
    let address = listener.address();
    let fresh = agencies::keep_fresh(connected, db.clone(), setup.env().clone(), counted.clone(), setup.shutdown());
    let assigned = officers.assigned().clone();
    let upkeep =
        outgoing::Upkeep::new(db.clone(), setup.env().clone(), config.keep.clone(), counted, config.bus.is_some());
    let mut service = Service::new("gateway")
        .grpc(ConsumerServiceServer::new(api::Consumers(gateway.clone())))
        .grpc(DisclosureServiceServer::new(api::Disclosures(gateway.clone())))
        .grpc(SubscriptionServiceServer::new(api::Subscriptions(gateway.clone())))
        .grpc(DeliveryServiceServer::new(api::Deliveries(gateway.clone())))
        .grpc(RoleAssignmentServiceServer::new(api::RoleAssignments(gateway.clone())))
        .face("http", address)
        .task("http", listener.serve(router, setup.shutdown()))
        .task("keep agencies fresh", fresh)
        .task("keep roles fresh", officers::keep_fresh(assigned, db.clone(), setup.env().clone(), setup.shutdown()))
        .task("deliver", deliverer.run(setup.shutdown()))
        .task("keep the ledger", upkeep.run(setup.shutdown()))
        .task("answer later", faces::spdci::answer_later(spdci, setup.shutdown()))
        .task(
            "forget SPDCI messages",
            outgoing::forget_messages(gateway.clone(), config.spdci.keep(), setup.shutdown()),
        );
    if let Some(sign_in) = sign_in {
        service = service.task("remove old sessions", sign_in.keep_swept(setup.shutdown()));
    }
    let mut sources = Vec::new();
    for journal in outgoing::ON_THE_BUS {
        // A service that is not offered here tells nothing here.
        let Ok(peer) = setup.stream_peer(journal) else { continue };
        let line = outgoing::Line::of(journal, setup.env().clone());
        let feed = JournalFeed::new(peer, journal);
        sources.push((journal, feed.clone()));
        service = service.task("put facts in line", follow(db.clone(), feed.clone(), line, setup.shutdown()));
        if journal == outgoing::Notices::JOURNAL {
            let notices = outgoing::Notices::new(setup.env().clone());
            service = service.task("put notices in line", follow(db.clone(), feed, notices, setup.shutdown()));
        }
    }
    if let Some(bus) = config.bus {
        service = service
            .task("bus", outgoing::Bus::new(bus, db.clone(), setup.env().clone(), sources).run(setup.shutdown()));
    }
    Ok(service.db(db))
}
