//! The seam to the contracts: the rule of each method, and the descriptors for reflection.

use crate::{
    layers::{Rule, Rules},
    service::BoxError,
};
use hoagiai_proto::journal::v1::journal_service_server::JournalServiceServer;
use hoagiai_rpc::{
    JournalServer,
    annotations::{Unannotated, method_rules},
};
use hoagiai_store::Db;
use tokio_util::sync::CancellationToken;
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};

/// The rules that the contracts state.
///
/// # Errors
/// The methods that say nothing of who may call them.
pub(crate) fn rules() -> Result<Rules, Unannotated> {
    let rules = method_rules()?;
    let streams_in = |path: &str| {
        let (service, method) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        let service = hoagiai_proto::pool().get_service_by_name(service);
        service.is_some_and(|service| service.methods().any(|m| m.name() == method && m.is_client_streaming()))
    };
    Ok(rules.iter().fold(Rules::none(), |all, stated| {
        let rule = match &stated.permission {
            None => Rule::Public,
            Some(permission) => Rule::Needs { permission: permission.clone(), purpose: stated.purpose_required },
        };
        let name = stated.path.trim_start_matches('/');
        let all = all.method(name, rule, stated.streams || streams_in(&stated.path));
        match stated.deadline {
            Some(deadline) => all.deadline(name, deadline),
            None => all,
        }
    }))
}

/// The journals of this process, for those who follow them.
pub(crate) fn journals(databases: Vec<Db>, closing: CancellationToken) -> JournalServiceServer<JournalServer> {
    JournalServer::new(databases, closing).service()
}

/// Reflection over every contract, health included.
pub(crate) fn reflection() -> Result<ServerReflectionServer<impl ServerReflection>, BoxError> {
    Ok(tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(hoagiai_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_whole_city_is_given_time() {
        let path = "/hoagiai.registry.v1.UnitService/ApplyReorganization";
        let stated = hoagiai_rpc::annotations::method_rules().unwrap().get(path).unwrap();
        assert_eq!(stated.deadline, Some(std::time::Duration::from_secs(120)));
    }

    #[test]
    fn every_method_of_the_contracts_has_a_rule_that_somebody_can_meet() {
        let rules = super::rules().unwrap();
        let policy = hoagiai_identity::Policy::embedded().unwrap();
        let nobody: Vec<_> = rules.permissions().filter(|name| policy.entry(name).is_none()).collect();
        assert!(nobody.is_empty(), "permissions that nobody holds: {nobody:?}");
    }
}
