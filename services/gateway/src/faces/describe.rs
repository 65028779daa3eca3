//! The description of the REST forms.

use std::sync::Arc;

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use bytes::Bytes;
use hoagiai_openapi::{Info, Notes, document};
use hoagiai_proto::options::v1::AreaSource;
use hoagiai_transcode::Table;
use http::header;
use prost_reflect::MethodDescriptor;

use crate::{
    config::Config,
    served::{is_open, rule_of},
};

pub(super) fn routes(config: &Config, table: &Table) -> Router {
    let visitors = config.visitors;
    let info = Info {
        title: "Hòa Giải".to_owned(),
        version: "v1".to_owned(),
        description: include_str!("describe.md").to_owned(),
        servers: config.public_url.iter().cloned().collect(),
    };
    let public = move |method: &MethodDescriptor| is_open(method, visitors);
    let document = document(table, &info, Notes { paragraph: &access, public: &public });
    // Made once: it changes with the contracts alone.
    let text: Arc<Bytes> = Arc::new(Bytes::from(document.to_string()));
    Router::new().route("/openapi.json", get(described)).with_state(text)
}

async fn described(State(text): State<Arc<Bytes>>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, text.as_ref().clone())
}

/// Who may call a method.
fn access(method: &MethodDescriptor) -> Option<String> {
    let rule = rule_of(method)?;
    let mut said = match &rule.permission {
        None => "Access: anybody.".to_owned(),
        Some(permission) => format!("Access: `{permission}`."),
    };
    said.push_str(match rule.area {
        AreaSource::Record => " The caller's grant must cover the area of the record.",
        AreaSource::Filter => " The answer is cut to the areas of the caller.",
        AreaSource::None | AreaSource::Unspecified => "",
    });
    if rule.visitors {
        said.push_str(" Visitors without credentials are answered what the policy of the directory makes public.");
    }
    if rule.purpose_required {
        said.push_str(" A purpose must be stated in the header `X-Purpose`; the call is journaled.");
    }
    if rule.idempotent {
        said.push_str(" A repeat with the same `Idempotency-Key` (or `requestId`) has one effect.");
    }
    if let Some(procedure) = &rule.procedure {
        said.push_str(&format!(" Administrative procedure {} ({}).", procedure.code, procedure.source));
    }
    Some(said)
}
