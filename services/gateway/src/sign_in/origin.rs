//! Whether a call that carries a cookie was made by a page of ours. A browser sends cookies with calls that others' pages
//! make; it also says whose page it is (Fetch Metadata, and `Origin` in older ones), which no page can change.

use http::{HeaderMap, Method, header};

/// Where a call with a cookie comes from.
pub(crate) fn is_ours(method: &Method, headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let reads = [Method::GET, Method::HEAD].contains(method);
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin"), origin) => origin.is_none_or(|origin| origin == own_origin),
        // Typed into the address bar.
        (Some("none"), None) => reads,
        (Some(_), _) => false,
        (None, Some(origin)) => origin == own_origin,
        // An old browser, which says nothing of its reads; or no browser at all, which has no cookie by accident.
        (None, None) => reads,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_change_anything() {
        const OURS: &str = "https://api.test";
        const OTHER: &str = "https://evil.test";
        for (site, origin, reads, writes) in [
            (Some("same-origin"), None, true, true),
            (Some("same-origin"), Some(OURS), true, true),
            (Some("same-origin"), Some(OTHER), false, false),
            (Some("same-site"), Some("https://other.test"), false, false),
            (Some("same-site"), None, false, false),
            (Some("cross-site"), Some(OTHER), false, false),
            (Some("cross-site"), None, false, false),
            (Some("cross-site"), Some(OURS), false, false),
            (Some("none"), None, true, false),
            (Some("none"), Some(OURS), false, false),
            (Some("x"), None, false, false),
            (None, Some(OURS), true, true),
            (None, Some(OTHER), false, false),
            (None, Some("null"), false, false),
            (None, Some("https://api.test.evil.test"), false, false),
            (None, None, true, false),
        ] {
            let mut headers = HeaderMap::new();
            let mut put = |name: &'static str, value: Option<&str>| {
                value.map(|value| headers.insert(name, value.parse().unwrap()));
            };
            put("sec-fetch-site", site);
            put("origin", origin);
            for (method, expected) in [
                (Method::GET, reads),
                (Method::HEAD, reads),
                (Method::POST, writes),
                (Method::DELETE, writes),
                (Method::PATCH, writes),
                (Method::PUT, writes),
            ] {
                assert_eq!(is_ours(&method, &headers, OURS), expected, "{method} {site:?} {origin:?}");
            }
        }
    }
}
