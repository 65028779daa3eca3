//! `hoagiai call`: any method of a running server, as an operator types it.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use hoagiai::{cli::Place, folder::Folder, server};
use hoagiai_runtime::Server;

use crate::support::{hoagiai, stderr, stdout};

/// A folder with the units of Hà Nội, served, and a token of its auditor.
async fn served(data: &Path) -> (Folder, Server, String) {
    let folder_name = data.to_str().unwrap().to_owned();
    let import = hoagiai(&["import", "units", "--built-in", "hanoi", "--data", &folder_name]);
    assert!(import.status.success(), "{}", stderr(&import));
    let place = Place { database_url: None, listen: Some(([127, 0, 0, 1], 0).into()), config: None };
    let tree = server::configuration(data, &place, true).unwrap();
    let folder = Folder::lock(data).unwrap();
    let server = server::launch(tree).start().await.unwrap();
    let token = hoagiai(&["token", "--data", &folder_name, "--role", "auditor", "--area", "*"]);
    (folder, server, stdout(&token).trim().to_owned())
}

/// Runs `hoagiai call` with these words, and with a text on its standard input.
async fn call(url: &str, words: &[&str], input: &str) -> Output {
    let words: Vec<String> = ["call", "--server", url].iter().chain(words).map(|word| (*word).to_owned()).collect();
    let input = input.to_owned();
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hoagiai"));
        command.args(words).env_remove("HOAGIAI_TOKEN").env_remove("HOAGIAI_SERVER");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_method_of_a_running_server_can_be_called_from_its_own_description() {
    let place = tempfile::tempdir().unwrap();
    let (_folder, server, token) = served(&place.path().join("data")).await;
    let url = format!("http://{}", server.local_addr());
    let call = async |words: &[&str], input: &str| call(&url, words, input).await;
    let with = ["--token", token.as_str()];

    let list = stdout(&call(&[], "").await);
    assert!(list.contains("hoagiai.registry.v1.UnitService\n") && list.contains("  FindUnit\n"), "{list}");
    let described = stdout(&call(&["FindUnit", "--describe"], "").await);
    for words in ["Finds the unit that had a code", "  code: string\n", r#"as {"year": 2025"#, "UNIT_KIND_WARD"] {
        assert!(described.contains(words), "{words}: {described}");
    }

    // One request, one answer; on the line or from a file.
    let request = r#"{"code": "00004", "validAt": {"year": 2025, "month": 7, "day": 1}}"#;
    let found = call(&[&["UnitService/FindUnit", request], &with[..]].concat(), "").await;
    assert!(stdout(&found).contains(r#""displayName":"Phường Ba Đình""#), "{}", stderr(&found));
    let found = call(&[&["FindUnit", "-"], &with[..]].concat(), &request.replace("2025", "2024")).await;
    assert!(stdout(&found).contains(r#""displayName":"Phường Trúc Bạch""#), "{}", stderr(&found));
    // One request, many answers: a line each.
    let read = call(&[&["JournalService/Read", r#"{"journal": "registry"}"#], &with[..]].concat(), "").await;
    let runs = stdout(&read);
    let runs = runs.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let entries: usize = runs.map(|run| run["entries"].as_array().map_or(0, Vec::len)).sum();
    assert!(read.status.success() && entries > 500, "{entries} {}", stderr(&read));
    // Many requests: a roster by lines; an auditor imports none.
    let lines = "{\"header\": {\"unitId\": \"x\"}}\n\n{\"chunk\": \"AAAA\"}\n";
    let refused = call(&[&["ImportTeams", "-"], &with[..]].concat(), lines).await;
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("PermissionDenied"), "{}", stderr(&refused));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_call_is_told_before_it_is_sent_or_as_the_server_said() {
    let place = tempfile::tempdir().unwrap();
    let (_folder, server, token) = served(&place.path().join("data")).await;
    let url = format!("http://{}", server.local_addr());
    let refused = async |words: &[&str], input: &str| {
        let output = call(&url, &[words, &["--token", &token]].concat(), input).await;
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{words:?}");
        stderr(&output)
    };
    let faults = refused(&["FindUnit", r#"{"kode": "1", "validAt": {"year": "x"}}"#], "").await;
    assert!(faults.contains("kode: ") && faults.contains("validAt.year: "), "every fault: {faults}");
    let faults = refused(&["ImportTeams", "-"], "{}\n\n{\"headr\": 1}").await;
    assert!(faults.contains("line 3, headr: "), "{faults}");
    assert!(refused(&["FindUnits"], "").await.contains("no method FindUnits"));
    assert!(refused(&["FindU", "{}"], "").await.contains("UnitService/FindUnit"), "what may be meant");
    let absent = refused(&["FindUnit", r#"{"code": "99999"}"#], "").await;
    assert!(absent.contains("NotFound") && absent.contains("[UNIT_NOT_FOUND]"), "{absent}");
    let fields = refused(&["GetHead"], "").await;
    assert!(fields.contains("[INVALID_FIELDS]") && fields.contains("journal: "), "{fields}");
    let nobody = call(&url, &["FindUnit", r#"{"code": "1"}"#], "").await;
    assert!(stderr(&nobody).contains("Unauthenticated") && stderr(&nobody).contains("hoagiai token"));
    server.shutdown().await;
    let gone = call(&url, &[], "").await;
    assert_eq!(gone.status.code(), Some(2));
    assert!(stderr(&gone).contains("cannot be reached"), "{}", stderr(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_over_tls_is_called_when_its_authority_is_trusted() {
    let place = tempfile::tempdir().unwrap();
    let (data, ca) = (place.path().join("data"), place.path().join("certificate.pem"));
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&ca, signed.cert.pem()).unwrap();
    std::fs::write(place.path().join("key.pem"), signed.signing_key.serialize_pem()).unwrap();
    let config = place.path().join("config.toml");
    let key = place.path().join("key.pem");
    std::fs::write(&config, format!("[server.tls]\ncertificate = {ca:?}\nkey = {key:?}\n")).unwrap();
    let listen = Some(([127, 0, 0, 1], 0).into());
    let tree = server::configuration(&data, &Place { database_url: None, listen, config: Some(config) }, true).unwrap();
    let _folder = Folder::lock(&data).unwrap();
    let server = server::launch(tree).start().await.unwrap();
    let ca = ca.to_str().unwrap();
    let url = format!("https://localhost:{}", server.local_addr().port());

    let list = call(&url, &["--ca", ca], "").await;
    assert!(stdout(&list).contains("hoagiai.registry.v1.UnitService\n"), "{}", stderr(&list));
    // The system's authorities know nothing of it; a certificate is for a name.
    let elsewhere = format!("https://127.0.0.1:{}", server.local_addr().port());
    for (url, words) in [(&url, &[][..]), (&elsewhere, &["--ca", ca]), (&url, &["--ca", key.to_str().unwrap()])] {
        let refused = call(url, words, "").await;
        assert!(
            refused.status.code() == Some(2) && stdout(&refused).is_empty(),
            "{url} {words:?}: {}",
            stderr(&refused)
        );
    }
    let plain = call(&url.replace("https", "http"), &["--ca", ca], "").await;
    assert!(stderr(&plain).contains("--ca is for https"), "{}", stderr(&plain));
    let absent = call(&url, &["--ca", "/nowhere/ca.pem"], "").await;
    assert!(stderr(&absent).contains("/nowhere/ca.pem"), "{}", stderr(&absent));
    server.shutdown().await;
}
