//! The examples of the README are messages that are read, and the answers that are given to them.

use hoagiai_spdci::{Ack, Endpoint};
use serde_json::{Value, json};

use crate::messages::{CORRELATION, answer, now};

const README: &str = include_str!("../../README.md");

/// The blocks of JSON with the word after `json`: `request`, `answer`, `ack`.
fn blocks() -> Vec<(&'static str, Value)> {
    let parts = README.split("```json ").skip(1);
    let block = |part: &'static str| {
        let (word, rest) = part.split_once('\n').unwrap();
        let text = rest.split("```").next().unwrap();
        (word, serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
    };
    parts.map(block).collect()
}

#[test]
fn every_example_is_read_and_answered_as_the_readme_says() {
    let (mut request, mut answers) = (Value::Null, 0);
    for (word, block) in blocks() {
        match word {
            "request" => {
                let action = block["header"]["action"].as_str().unwrap();
                let endpoint = Endpoint::from_word(action).unwrap();
                request = answer(endpoint, block.to_string().as_bytes());
            }
            "answer" => {
                assert_eq!(request, block, "the answer is:\n{request:#}");
                answers += 1;
            }
            "ack" => assert_eq!(json!(Ack::accepted(now(), CORRELATION)), block),
            other => panic!("a block of `{other}`"),
        }
    }
    assert!(answers >= 8, "{answers} answers");
}

#[test]
fn every_code_stands_in_the_readme() {
    let codes = hoagiai_spdci::ErrorCode::ALL.iter().map(|code| code.word());
    let codes = codes.chain(hoagiai_spdci::HeaderReason::ALL.iter().map(|code| code.word()));
    let codes = codes.chain(hoagiai_spdci::SearchReason::ALL.iter().map(|code| code.word()));
    let codes = codes.chain(hoagiai_spdci::SubscribeReason::ALL.iter().map(|code| code.word()));
    let codes = codes.chain(hoagiai_spdci::UnsubscribeReason::ALL.iter().map(|code| code.word()));
    let codes = codes.chain(hoagiai_spdci::EventType::ALL.iter().map(|code| code.word()));
    let missing: Vec<_> = codes.filter(|code| !README.contains(&format!("`{code}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
