//! Everything in the contracts has a comment: the contract is the documentation.

use std::collections::HashMap;

use hoagiai_proto::pool;

use super::{none, ours};

#[test]
fn everything_has_a_comment() {
    let mut broken = Vec::new();
    for file in pool().files().filter(|f| ours(f.package_name())) {
        let info = file.file_descriptor_proto().source_code_info.clone().unwrap_or_default();
        let comments: HashMap<Vec<i32>, String> = info
            .location
            .iter()
            .map(|l| (l.path.clone(), format!("{}{}", l.leading_comments(), l.trailing_comments())))
            .collect();
        let mut check = |path: &[i32], name: &str| {
            if comments.get(path).is_none_or(|comment| comment.trim().is_empty()) {
                broken.push(format!("{}: {name}", file.name()));
            }
        };
        for service in file.services() {
            check(service.path(), service.full_name());
            service.methods().for_each(|method| check(method.path(), method.full_name()));
        }
        for message in pool().all_messages().filter(|m| m.parent_file() == file && !m.is_map_entry()) {
            check(message.path(), message.full_name());
            message.fields().for_each(|field| check(field.path(), field.full_name()));
            message.oneofs().filter(|o| !o.is_synthetic()).for_each(|oneof| check(oneof.path(), oneof.full_name()));
        }
        for of in pool().all_enums().filter(|e| e.parent_file() == file) {
            check(of.path(), of.full_name());
            of.values().for_each(|value| check(value.path(), value.full_name()));
        }
    }
    none("without a comment", broken);
}
