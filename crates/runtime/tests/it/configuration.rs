//! Configuration as an operator meets it: layers, refusals that name the key, secrets that do not print.

use hoagiai_identity::token::JwksSource;
use hoagiai_runtime::config::{ConfigError, LogFormat, Source};
use serde::Deserialize;
use std::time::Duration;

#[test]
fn the_environment_goes_before_the_file_and_the_file_before_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hoagiai.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:7777\"\nidle = \"1m\"\n[load]\ncalls = 10\n").unwrap();
    let source = Source::file(file).with_defaults("[load]\ncalls = 5\nstreams = 7\n").with_environment([
        ("HOAGIAI__SERVER__IDLE", "30s"),
        ("HOAGIAI__TELEMETRY__LOG_FORMAT", "json"),
        ("HOAGIAI__LOAD__MOST_CALLS", "99"),
        ("HOAGIAI__SERVER__REFLECTION", "false"),
        ("HOAGIAI_CONFIG", "not a key"),
        ("HOME", "/root"),
    ]);
    let config = source.load().unwrap().config().unwrap();
    assert_eq!(config.server.listen.port(), 7777);
    assert_eq!(config.server.idle.get(), Duration::from_secs(30));
    assert_eq!((config.load.calls, config.load.streams, config.load.most_calls), (10, 7, 99));
    assert_eq!(config.telemetry.log_format, LogFormat::Json);
    assert!(!config.server.reflection);
    assert_eq!(config.server.connections, 1000, "a default");
}

fn refused(text: &str, environment: &[(&str, &str)]) -> String {
    let source = Source::text(text).with_environment(environment.iter().copied());
    source.load().and_then(|tree| tree.config().map(|_| ())).expect_err("refused").to_string()
}

#[test]
fn what_is_wrong_is_named_by_its_key() {
    /// File, environment, words of the refusal.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);
    let cases: [Case; 8] = [
        ("[server]\nlissten = \"x\"", &[], &["`server.lissten`", "unknown key", "listen"]),
        ("[sever]\n", &[], &["`sever`", "unknown key"]),
        ("[server]\nidle = 5", &[], &["`server.idle`", "expected"]),
        ("[load]\ncalls = \"many\"", &[], &["`load.calls`"]),
        ("", &[("HOAGIAI__LOAD__CALLS", "many")], &["`load.calls`", "a number"]),
        ("", &[("HOAGIAI__LOAD__CALLS", "-1")], &["`load.calls`"]),
        ("", &[("HOAGIAI__NO__SUCH", "1")], &["`no`", "unknown key"]),
        ("[server.tls]\ncertificate = \"a\"", &[], &["`server.tls`", "key"]),
    ];
    for (text, environment, words) in cases {
        let error = refused(text, environment);
        assert!(words.iter().all(|word| error.contains(word)), "{text} {environment:?}: {error}");
    }
    assert!(refused("[server", &[]).contains("no TOML"));
    assert!(Source::file("/nowhere/x.toml".into()).load().unwrap_err().to_string().contains("/nowhere/x.toml"));
}

const ISSUER: &str = "[[identity.issuers]]\nissuer = \"https://id.example\"\naudience = \"hoagiai\"\n\
    algorithms = [\"EdDSA\", \"PS256\"]\nsubject_prefix = \"\"\nroles = [\"mediator\", \"agency\"]\njwks = ";

#[test]
fn issuers_of_tokens_may_be_configured_by_file_or_inline() {
    for (jwks, expected) in [
        ("{ file = \"/etc/hoagiai/jwks.json\" }", JwksSource::File("/etc/hoagiai/jwks.json".into())),
        ("{ inline = '{\"keys\":[]}' }", JwksSource::Inline("{\"keys\":[]}".into())),
    ] {
        let config = Source::text(format!("{ISSUER}{jwks}")).load().unwrap().config().unwrap();
        let [issuer] = config.identity.issuers.as_slice() else { panic!("one issuer") };
        assert_eq!(format!("{:?}", issuer.jwks), format!("{expected:?}"));
        assert_eq!((issuer.longest_seconds, issuer.roles.len(), issuer.algorithms.len()), (900, 2, 2));
    }
    for (jwks, word) in [
        ("\"file\"", "`identity.issuers.0.jwks"),
        ("{ url = \"https://id.example\" }", "url"),
        ("{ file = 7 }", "`identity.issuers.0.jwks.file`"),
        ("{ file = \"a\", inline = \"b\" }", "one key"),
        ("{}", "one key"),
        ("[]", "one key"),
    ] {
        let error = refused(&format!("{ISSUER}{jwks}"), &[]);
        assert!(error.contains(word), "{jwks}: {error}");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Section {
    url: hoagiai_runtime::config::Secret,
    rounds: u8,
    names: Vec<String>,
}

impl Default for Section {
    fn default() -> Self {
        Self { url: "".into(), rounds: 3, names: Vec::new() }
    }
}

#[test]
fn a_service_reads_its_own_section_strictly() {
    let source = Source::text("[registry]\nrounds = 4\n[cases]\nanything = 1\n")
        .with_environment([("HOAGIAI__REGISTRY__NAMES", "a, b"), ("HOAGIAI__REGISTRY__URL", "12345")]);
    let tree = source.load().unwrap();
    tree.config().expect("sections of services are not the process's business");
    let section: Section = tree.section("registry").unwrap();
    assert_eq!(
        (section.rounds, section.names, section.url.expose()),
        (4, vec!["a".to_owned(), "b".to_owned()], "12345")
    );
    let error = tree.section::<Section>("cases").unwrap_err();
    assert!(error.to_string().contains("`cases.anything`"), "{error}");
    let empty: Section = tree.section("evaluation").unwrap();
    assert_eq!(empty.rounds, 3);
}

#[test]
fn secrets_never_print_and_may_stand_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://u:hunter2@db/x\n").unwrap();
    let file = file.to_str().unwrap();
    let source = Source::text("[telemetry]\notlp_secret = \"key=hunter2\"\n[peers]\ntoken = \"hunter2\"\n")
        .with_environment([("HOAGIAI__REGISTRY__DATABASE__URL_FILE", file)]);
    let tree = source.load().unwrap();
    let database = tree.section::<std::collections::BTreeMap<String, String>>("registry.database").unwrap();
    assert_eq!(database["url"], "postgres://u:hunter2@db/x", "without the line's end");
    let config = tree.config().unwrap();
    for text in [tree.print(), format!("{tree:?}"), format!("{config:?}"), format!("{:?}", config.peers)] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(tree.print().contains("registry.database.url = ***"), "{}", tree.print());
    // A secret in the wrong place is not quoted by the refusal either.
    let error = refused("[load]\ncalls = \"hunter2\"", &[("HOAGIAI__SERVER__IDLE", "hunter2")]);
    assert!(!error.contains("hunter2"), "{error}");
    let twice = Source::text("[registry.database]\nurl = \"a\"\nurl_file = \"b\"\n").load().unwrap_err();
    assert!(matches!(twice, ConfigError::Key { key, .. } if key == "registry.database.url"));
}
