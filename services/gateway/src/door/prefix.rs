//! What a gateway in front puts before our paths: `/hoagiai/1.0/v1/teams` is `/v1/teams` here (context and version, as WSO2 and
//! the national platforms name what they offer).

use http::{Uri, uri::PathAndQuery};

/// The address without the first of the prefixes that it begins with; none: it begins with none, and stays.
pub(super) fn without(uri: &Uri, prefixes: &[String]) -> Option<Uri> {
    let rest = prefixes.iter().find_map(|prefix| {
        let rest = uri.path().strip_prefix(prefix.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    })?;
    let rest = if rest.is_empty() { "/" } else { rest };
    let whole = match uri.query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// What begins paths of our own.
const OURS: [&str; 12] = [
    "v1",
    "lgsp",
    "oauth",
    "registry",
    "openapi.json",
    "asyncapi.json",
    "docs",
    "sign-in",
    "sign-out",
    "healthz",
    "readyz",
    "metrics",
];

/// Whether a prefix is one: `/`, something that begins no path of our own, and no `/` at the end.
pub(crate) fn is_prefix(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('/') else { return false };
    let first = rest.split('/').next().unwrap_or_default();
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let is_part = |part: &str| !part.trim_matches('.').is_empty() && plain(part);
    // A service of the contracts is a first part, too: `/hoagiai.registry.v1.TeamService`.
    rest.split('/').all(is_part) && !OURS.contains(&first) && !first.starts_with("hoagiai.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_our_paths_is_taken_off() {
        let prefixes = ["/hoagiai/1.0".to_owned(), "/hoagiai".to_owned()];
        for (given, expected) in [
            ("/hoagiai/1.0/v1/teams?unitId=1&x=%2F", Some("/v1/teams?unitId=1&x=%2F")),
            ("/hoagiai/1.0", Some("/")),
            ("/hoagiai/v1/teams", Some("/v1/teams")),
            ("https://api.test/hoagiai/1.0/v1/teams", Some("https://api.test/v1/teams")),
            ("/hoagiai/1.0/hoagiai/1.0/v1", Some("/hoagiai/1.0/v1")),
            ("/hoagiaix/v1/teams", None),
            ("/v1/hoagiai/1.0", None),
        ] {
            let uri: Uri = given.parse().unwrap();
            assert_eq!(without(&uri, &prefixes), expected.map(|text| text.parse().unwrap()), "{given}");
        }
    }

    #[test]
    fn a_prefix_begins_with_a_slash_and_ends_with_none() {
        for (text, fits) in [
            ("/hoagiai/1.0", true),
            ("/a", true),
            ("", false),
            ("/", false),
            ("a", false),
            ("/a/", false),
            ("/a//b", false),
            ("/a/../b", false),
            ("/a b", false),
            ("/./a", false),
            ("/v1", false),
            ("/v1/units", false),
            ("/oauth", false),
            ("/hoagiai.registry.v1.TeamService", false),
        ] {
            assert_eq!(is_prefix(text), fits, "{text}");
        }
    }
}
