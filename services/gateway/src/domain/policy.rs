//! What a consumer may ask. Default deny: what is not in the policy is refused.

use hoagiai_identity::{Policy as AccessTable, Role};
use hoagiai_rpc::{Violations, annotations::MethodRule};
use hoagiai_types::{Date, Uuid};
use prost_reflect::{DescriptorPool, MethodDescriptor};
use serde::{Deserialize, Serialize};

use super::Mask;

/// What a consumer may ask, where, how often and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The methods.
    pub allowed_methods: Vec<AllowedMethod>,
    /// The units that it may ask about.
    pub area_unit_ids: Vec<Uuid>,
    /// Calls a day.
    pub daily_quota: i64,
    /// What it asks for when a call does not say; empty: each call must.
    pub standing_purpose: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// A method, and what of its answer is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedMethod {
    /// `hoagiai.registry.v1.DirectoryService/GetDirectoryEntry`.
    pub method: String,
    /// Paths of the response message; none: everything.
    pub fields: Option<Vec<String>>,
}

impl Policy {
    /// Whether the policy is in force that day.
    pub fn in_force(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// The entry of a method, by its path (`/package.Service/Method`).
    pub fn entry(&self, path: &str) -> Option<&AllowedMethod> {
        let name = path.strip_prefix('/')?;
        self.allowed_methods.iter().find(|allowed| allowed.method == name)
    }
}

/// The method of a full name with a slash.
pub(crate) fn method_named(pool: &DescriptorPool, name: &str) -> Option<MethodDescriptor> {
    let (service, method) = name.split_once('/')?;
    pool.get_service_by_name(service)?.methods().find(|found| found.name() == method)
}

/// Everything that is wrong with the methods of a policy: unknown ones, those that no agency may call, streams, fields that
/// the answer has not, methods named twice.
pub fn faults<'a>(
    policy: &Policy,
    pool: &DescriptorPool,
    rule: impl Fn(&str) -> Option<&'a MethodRule>,
    table: &AccessTable,
    out: &mut Violations,
) {
    for (place, allowed) in policy.allowed_methods.iter().enumerate() {
        let field = format!("policy.allowed_methods[{place}].method");
        let twice = policy.allowed_methods.iter().take(place).any(|earlier| earlier.method == allowed.method);
        if twice {
            out.add(&field, "TWICE", "is named twice", "bị nêu hai lần");
        }
        let rule = rule(&format!("/{}", allowed.method));
        let (Some(rule), Some(method)) = (rule, method_named(pool, &allowed.method)) else {
            out.add(&field, "NO_SUCH_METHOD", "is no method of the contracts", "không phải là chức năng của hệ thống");
            continue;
        };
        if !agencies_may(rule, table) {
            let vietnamese = "không dành cho cơ quan kết nối";
            out.add(&field, "NOT_FOR_AGENCIES", "is a method that agencies cannot call", vietnamese);
        }
        if rule.streams {
            out.add(&field, "STREAM", "answers a stream, which consumers are not given", "trả dữ liệu dạng luồng");
        }
        for (at, path) in allowed.fields.iter().flatten().enumerate() {
            if Mask::of(&method.output(), std::slice::from_ref(path)).is_err() {
                let field = format!("policy.allowed_methods[{place}].fields.paths[{at}]");
                out.add(field, "NO_SUCH_FIELD", "is no field of the answer", "không phải là trường của kết quả");
            }
        }
    }
    if policy.valid_to.is_some_and(|to| to < policy.valid_from) {
        out.add("policy.valid_to", "BEFORE_FIRST_DAY", "is before the first day", "trước ngày bắt đầu");
    }
}

/// Whether the role of agencies holds the permission of the method.
fn agencies_may(rule: &MethodRule, table: &AccessTable) -> bool {
    let holders = rule.permission.as_ref().and_then(|permission| table.entry(permission.as_str()));
    holders.is_some_and(|(_, entry)| entry.roles.contains(Role::Agency))
}
