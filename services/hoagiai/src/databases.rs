//! One PostgreSQL URL made into one for each service. Each gets a database of its own, not a schema: the services share
//! nothing, not even the table that says which migrations ran, and each can move to its own server later.

use crate::failure::Failure;

/// The services that keep a journal, by the name of their configuration section.
pub const SERVICES: [&str; 5] = ["registry", "cases", "evaluation", "reporting", "gateway"];

/// The URL of each service's database: `postgres://user@host/name?x=y` → `postgres://user@host/name_registry?x=y`.
///
/// # Errors
/// The URL is not one of PostgreSQL with the name of a database.
pub fn urls(url: &str) -> Result<Vec<(&'static str, String)>, Failure> {
    let wrong = |why: &str| {
        // The URL may hold a password: it is not repeated.
        Failure::input(
            format!("--database-url: {why}"),
            "give postgres://user@host:5432/name; without it the data lives in the folder",
        )
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("not a URL"))?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(wrong("only PostgreSQL is served by URL, so that it must begin with postgres://"));
    }
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
    let (host, name) = rest.split_once('/').ok_or_else(|| wrong("the name of a database is missing"))?;
    if name.is_empty() || name.contains('/') {
        return Err(wrong("the name of a database is missing"));
    }
    // Identifiers of PostgreSQL end at 63 bytes; a longer one would be cut, and two services meet in one database.
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain || name.len() > 50 {
        return Err(wrong("the name of the database may have letters, digits, - and _, at most 50"));
    }
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    Ok(SERVICES.map(|service| (service, format!("{scheme}://{host}/{name}_{service}{query}"))).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_gets_its_own_database() {
        let all = urls("postgres://u:p@h:5433/city?sslmode=disable").unwrap();
        assert_eq!(all[1], ("cases", "postgres://u:p@h:5433/city_cases?sslmode=disable".to_owned()));
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn other_urls_are_refused_without_showing_the_password() {
        let long = format!("postgres://u:hunter2@h/{}", "n".repeat(60));
        for url in [
            "",
            "city",
            "mysql://u:hunter2@h/c",
            "postgres://u:hunter2@h",
            "postgres://h/",
            "postgres://h/a/b",
            "postgres://h/a;b",
            &long,
        ] {
            let failure = urls(url).unwrap_err();
            assert!(!failure.to_string().contains("hunter2"), "{failure}");
        }
    }
}
