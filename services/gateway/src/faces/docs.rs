//! A page to read the description and to try calls. Scripts come from here alone: no other host learns who reads.

use std::{
    io::{Cursor, Read},
    sync::Arc,
};

use axum::{Router, response::IntoResponse, routing::get};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use tower_http::set_header::SetResponseHeaderLayer;
use zip::ZipArchive;

/// No script within a page runs, so none that somebody slipped into an address does.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const HTML: &str = "text/html; charset=utf-8";
/// Two files of it, that the build took out of a crate.
const SWAGGER_UI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.zip"));
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

pub(super) fn routes() -> Router {
    let text = |kind: &'static str, text: &'static str| get(async move || ([(header::CONTENT_TYPE, kind)], text));
    let page = text(HTML, include_str!("docs.html"));
    Router::new()
        .route("/docs", page.clone())
        .route("/docs/", page)
        .route("/docs/start.js", text(SCRIPT, include_str!("docs.js")))
        .route("/docs/assets/swagger-ui-bundle.js", asset(SCRIPT, "swagger-ui-bundle.js"))
        .route("/docs/assets/swagger-ui.css", asset(STYLE, "swagger-ui.css"))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, KEPT))
}

/// A file of Swagger UI, unpacked when somebody first wants it.
fn asset(kind: &'static str, name: &'static str) -> axum::routing::MethodRouter {
    let unpacked: Arc<Mutex<Option<Bytes>>> = Arc::default();
    get(async move || {
        // Some ten milliseconds, once.
        let file = unpack(name, &mut unpacked.lock());
        let answer = |file: Bytes| ([(header::CONTENT_TYPE, kind)], file).into_response();
        file.map_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), answer)
    })
}

fn unpack(name: &str, unpacked: &mut Option<Bytes>) -> Option<Bytes> {
    if unpacked.is_none() {
        let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI)).ok()?;
        let mut file = Vec::new();
        archive.by_name(name).ok()?.read_to_end(&mut file).ok()?;
        *unpacked = Some(file.into());
    }
    unpacked.clone()
}
