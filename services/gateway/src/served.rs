//! What of the contracts is served over HTTP, and to whom without credentials.

use hoagiai_rpc::annotations::{MethodRule, method_rules};
use prost_reflect::MethodDescriptor;

/// The services that a gateway stands in front of, by the part of the package that names them.
pub(crate) const SERVICES: &[&str] = &["registry", "cases", "evaluation", "reporting"];

/// The gateway's own methods: agencies, what they were told, what they are sent.
pub(crate) const OWN: &str = "gateway";

/// The journal is served by every service: which one is meant stands in the request.
pub(crate) const JOURNAL: &str = "journal";

/// The service that a path of gRPC belongs to: `registry` of `/hoagiai.registry.v1.TeamService/GetTeam`.
pub(crate) fn service_of(path: &str) -> Option<&str> {
    let mut parts = path.strip_prefix('/')?.split('.');
    (parts.next()? == "hoagiai").then(|| parts.next()).flatten()
}

/// What the contract says of a method.
pub(crate) fn rule_of(method: &MethodDescriptor) -> Option<&'static MethodRule> {
    method_rules().ok()?.get(&format!("/{}/{}", method.parent_service().full_name(), method.name()))
}

/// Whether a method needs no credentials here: it is public, or the gateway asks for visitors.
pub(crate) fn is_open(method: &MethodDescriptor, visitors: bool) -> bool {
    rule_of(method).is_some_and(|rule| rule.public() || (visitors && rule.visitors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_service() {
        assert_eq!(service_of("/hoagiai.registry.v1.TeamService/GetTeam"), Some("registry"));
        assert_eq!(service_of("/grpc.health.v1.Health/Check"), None);
        assert_eq!(service_of("hoagiai.registry"), None);
        assert_eq!(service_of("/hoagiai"), None);
    }

    #[test]
    fn only_reads_of_the_directory_are_open_to_visitors() {
        let pool = hoagiai_proto::pool();
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let open: Vec<String> =
            methods.filter(|method| is_open(method, true)).map(|method| method.name().to_owned()).collect();
        assert_eq!(open, ["ListDirectory", "GetDirectoryEntry", "FindDirectoryTeams"]);
        assert!(pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()).all(|m| !is_open(&m, false)));
    }
}
