//! The seam to the contracts: the rule of each method and the descriptors for reflection.

use crate::{layers::Rules, service::BoxError};
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};

/// The rules that the contracts state.
pub(crate) fn rules() -> Rules {
    hoagiai_proto::pool()
        .services()
        .filter(|service| service.full_name().starts_with("hoagiai."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .fold(Rules::none(), |rules, method| {
            let name = format!("{}/{}", method.parent_service().full_name(), method.name());
            rules.contract(&name, None, method.is_server_streaming() || method.is_client_streaming())
        })
}

/// Reflection over every contract, health included.
pub(crate) fn reflection() -> Result<ServerReflectionServer<impl ServerReflection>, BoxError> {
    Ok(tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(hoagiai_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?)
}
