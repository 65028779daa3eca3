//! The faces of the one HTTP port, and the manners that they share.

mod admit;
mod calls;
mod describe;
mod docs;
mod enveloped;
mod events;
mod probes;
mod sign_in;
pub(crate) mod spdci;
mod texts;
mod token;

pub(crate) use admit::refused_at_the_door;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{from_fn, from_fn_with_state},
};
use hoagiai_runtime::{BoxError, Probes};
use hoagiai_transcode::Table;
use http::{HeaderName, HeaderValue, Method, header};
use tower::{Layer as _, ServiceExt as _};
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::{AllowOrigin, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use self::spdci::Spdci;
use crate::{
    backends::Backends,
    config::Config,
    door::{self, Door},
    sign_in::SignIn,
};

/// What a page of another origin may read of an answer beside what every page may.
const EXPOSED: [&str; 8] = [
    "etag",
    "retry-after",
    "x-request-id",
    "ignored-parameters",
    "content-disposition",
    "grpc-status",
    "grpc-message",
    "grpc-status-details-bin",
];

/// Everything that is served over HTTP.
pub(crate) fn router(
    config: &Config,
    backends: &Backends,
    table: &Arc<Table>,
    spdci: Spdci,
    probes: Probes,
    (door, sign_in): (Arc<Door>, Option<Arc<SignIn>>),
) -> Result<Router, BoxError> {
    let router = Router::new()
        .merge(probes::routes(probes))
        .merge(describe::routes(config, table))
        .merge(docs::routes())
        .merge(events::routes(config))
        .merge(spdci::routes(spdci));
    let calls = calls::Calls::new(backends.clone(), table.clone(), config);
    let router = match sign_in {
        None => router.fallback_service(calls),
        Some(sign_in) => router
            .merge(sign_in::routes(sign_in.clone()))
            .fallback_service(from_fn_with_state(sign_in, sign_in::attach).layer(calls)),
    };
    // Who asks for a token says who he is in ways of its own.
    let router =
        router.layer(from_fn_with_state(door.clone(), door::stand)).merge(token::routes(backends.gatekeeper().clone()));
    // The address of a request is changed, which a router must not have looked at yet.
    let router = Router::new().fallback_service(from_fn(enveloped::around).layer(router));
    let nosniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What nobody said may be kept is about persons, or soon wrong.
    let not_kept = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let small = DefaultPredicate::new().and(NotForContentType::const_new("application/x-ndjson"));
    let plain = router.layer(CompressionLayer::new().gzip(true).compress_when(small)).layer(nosniff).layer(not_kept);
    let for_pages = plain.clone().layer(cors(config)?);
    // OPTIONS without an origin's question is about the resource (RFC 9110 §9.3.7), and not for CORS to answer.
    Ok(Router::new().fallback(async move |mut request: Request| {
        door.without_prefix(&mut request);
        let of_page = request.headers().contains_key(header::ORIGIN);
        let Ok(answer) = if of_page { for_pages } else { plain }.oneshot(request).await;
        answer
    }))
}

/// Pages of the origins that were allowed may call; others get no leave, and browsers keep the answer from them.
fn cors(config: &Config) -> Result<CorsLayer, BoxError> {
    let origins = config.allowed_origins.iter().map(|origin| HeaderValue::try_from(origin.as_str()));
    let origins: Vec<HeaderValue> = origins.collect::<Result<_, _>>()?;
    let headers = [
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "idempotency-key",
        "accept-language",
        "x-purpose",
        "x-request-id",
        "x-request-timeout",
        "x-at-least",
        "x-grpc-web",
        "x-user-agent",
        "grpc-timeout",
        "connect-protocol-version",
        "connect-timeout-ms",
    ];
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(headers.map(HeaderName::from_static))
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(std::time::Duration::from_secs(3_600)))
}
