//! A page to read the description and to try calls. Scripts come from here alone: no other host learns who reads.

use axum::{Router, response::IntoResponse, routing::get};
use hoagiai_runtime::BoxError;
use http::{HeaderValue, header};
use swagger_ui_dist::{ApiDefinition, OpenApiSource, generate_routes};
use tower_http::set_header::SetResponseHeaderLayer;

/// No script within a page runs, so none that somebody slipped into an address does.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(super) fn routes() -> Result<Router, BoxError> {
    let assets = generate_routes(ApiDefinition {
        uri_prefix: "/docs/assets",
        api_definition: OpenApiSource::Uri("/openapi.json"),
        title: Some("Hòa Giải"),
    });
    let policy = SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, POLICY);
    let kept =
        SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    let page = || async { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("docs.html")) };
    let script = || async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs.js")) };
    Ok(Router::new()
        .route("/docs", get(page))
        .route("/docs/", get(page))
        .route("/docs/start.js", get(async move || script().await.into_response()))
        .merge(assets)
        .layer(policy)
        .layer(kept))
}
