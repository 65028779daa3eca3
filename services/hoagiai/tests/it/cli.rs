//! Wrong input ends with a clear message and code 2, and leaves everything as it was.

use std::{fs, net::TcpListener};

use hoagiai::folder::Folder;

use crate::support::{hoagiai, stderr, stdout};

/// Runs the words, which must be refused, and gives the message.
fn refused(words: &[&str]) -> String {
    let output = hoagiai(words);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{words:?}: {message}");
    assert!(!message.contains('\x1b'), "no colours where there is no terminal: {message}");
    message
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let output = hoagiai(&["--help"]);
    let text = stdout(&output);
    assert!(output.status.success());
    for word in ["serve", "demo", "token", "journal", "config", "Exit codes:", "NO_COLOR"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(stdout(&hoagiai(&["demo", "--help"])).contains("--scale"));
}

#[test]
fn a_demo_that_cannot_be_is_refused_before_a_folder_is_made() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let data = data.to_str().unwrap();
    assert!(refused(&["demo", "--data", data, "--scale", "0"]).contains("between 1 and"));
    assert!(refused(&["demo", "--data", data, "--scale", "4000000000"]).contains("between 1 and"));
    assert!(refused(&["demo", "--data", data, "--scale", "-1"]).contains("--scale"));
    assert!(refused(&["demo", "--data", data, "--json", "/nowhere/at/all.json"]).contains("cannot be written"));
    assert!(refused(&["demo", "--data", data, "--json", place.path().to_str().unwrap()]).contains("folder"));
    assert!(refused(&["demo", "--data", data, "--database-url", "mysql://u:secret@h/c"]).contains("postgres://"));
    assert!(refused(&["demo", "--data", data, "--listen", "here"]).contains("--listen"));
    assert!(refused(&["demo", "--data", data, "--config", "/nowhere.toml"]).contains("/nowhere.toml"));
    assert!(!fs::exists(data).unwrap());
}

#[test]
fn a_database_url_that_leads_nowhere_is_refused_without_showing_its_password() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let closed = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let url = format!("postgres://u:hunter2@{closed}/city");
    let message = refused(&["serve", "--data", data.to_str().unwrap(), "--database-url", &url]);
    assert!(message.contains("registry") && message.contains("remedy") && !message.contains("hunter2"), "{message}");
}

#[test]
fn a_folder_in_use_or_of_something_else_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let held = Folder::lock(&data).unwrap();
    assert!(refused(&["serve", "--data", data.to_str().unwrap()]).contains("in use"));
    drop(held);
    let other = place.path().join("thesis");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("thesis.odt"), "x").unwrap();
    assert!(refused(&["demo", "--data", other.to_str().unwrap()]).contains("no data folder"));
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    for words in [["journal", "verify", "--data"], ["config", "check", "--config"]] {
        let nowhere = place.path().join("nowhere");
        assert!(refused(&[words[0], words[1], words[2], nowhere.to_str().unwrap()]).contains("nowhere"));
    }
}

#[test]
fn a_port_in_use_is_named_with_its_remedy() {
    let place = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = place.path().join("data");
    let message = refused(&["demo", "--data", data.to_str().unwrap(), "--once", "--listen", &address]);
    assert!(message.contains(&address) && message.contains("--listen"), "{message}");
}

#[test]
fn a_folder_with_another_demo_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let folder = Folder::lock(&data).unwrap();
    let mark = r#"{"size":{"teams":4964,"mediators":32024,"successful":3186,"unsuccessful":540,"in_progress":124,"recognized":3001},"seed":7}"#;
    folder.write("demo.json", mark).unwrap();
    drop(folder);
    let data = data.to_str().unwrap();
    assert!(refused(&["demo", "--data", data, "--once"]).contains("--seed 7"));
    assert!(refused(&["demo", "--data", data, "--once", "--seed", "7", "--scale", "2"]).contains("--scale 1"));
}

#[test]
fn tokens_are_made_for_known_roles_and_areas_alone() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    drop(Folder::lock(&data).unwrap());
    let data = data.to_str().unwrap();
    let message = refused(&["token", "--data", data, "--role", "king", "--area", "*"]);
    assert!(message.contains("king") && message.contains("justice_department"));
    assert!(refused(&["token", "--data", data, "--role", "auditor", "--area", "somewhere"]).contains("--area"));
    assert!(
        refused(&["token", "--data", data, "--role", "auditor", "--area", "*", "--minutes", "0"]).contains("--minutes")
    );
    for minutes in ["15", "480"] {
        let output = hoagiai(&["token", "--data", data, "--role", "auditor", "--area", "*", "--minutes", minutes]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output).trim().split('.').count(), 3);
    }
}

#[test]
fn the_configuration_is_printed_without_secrets_and_checked() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("c.toml");
    fs::write(&file, "[load]\ncalls = 32\n").unwrap();
    let url = "postgres://u:hunter2@localhost/city";
    let output = hoagiai(&["config", "print", "--config", file.to_str().unwrap(), "--database-url", url]);
    let text = stdout(&output);
    assert!(output.status.success() && text.contains("32") && !text.contains("hunter2"), "{text}{}", stderr(&output));
    fs::write(&file, "[load]\ncals = 32\n").unwrap();
    assert!(refused(&["config", "check", "--config", file.to_str().unwrap()]).contains("cals"));
}

#[test]
fn built_in_units_are_loaded_once_however_often() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let data = data.to_str().unwrap();
    let load = |set: &str| {
        let output = hoagiai(&["import", "units", "--built-in", set, "--data", data, "--listen", "127.0.0.1:0"]);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    assert!(load("hanoi").contains("1508 bản ghi mới, 0 đã có"), "557 and 127 units, 794 and 30 edges");
    assert!(load("hanoi").contains("0 bản ghi mới, 1508 đã có"));
    assert!(load("vietnam").contains("3228 bản ghi mới, 127 đã có"), "Hà Nội is there");
}
