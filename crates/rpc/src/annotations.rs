//! What the contracts say of each method and field by annotations, read once from the descriptors: the layers of the
//! runtime and of the gateway enforce it, default deny.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use hoagiai_identity::Permission;
use hoagiai_proto::options::v1::{Access, AreaSource, DataClass, Procedure};
use hoagiai_proto::pool;
use prost_reflect::{DynamicMessage, FieldDescriptor, MethodDescriptor, Value};

/// The REST form of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpBinding {
    /// GET, POST, PATCH, PUT, DELETE.
    pub verb: &'static str,
    /// The path template, `/v1/teams/{team_id}`.
    pub path: String,
    /// The field that the body is, `*` for the whole request, empty for none.
    pub body: String,
    /// The field of the answer that the body is, empty for the whole answer.
    pub response_body: String,
}

/// What the contract says of one method.
#[derive(Debug, Clone)]
pub struct MethodRule {
    /// `/hoagiai.registry.v1.TeamService/PlanTeams`.
    pub path: String,
    /// `registry`: the part of the package that names the service.
    pub service: String,
    /// The permission needed; none: anybody may call.
    pub permission: Option<Permission>,
    /// Where the area comes from that a grant must cover.
    pub area: AreaSource,
    /// Whether a purpose must be stated; such calls are journaled.
    pub purpose_required: bool,
    /// Whether the gateway answers it to visitors, by a credential of its own.
    pub visitors: bool,
    /// The administrative procedure that the method is a step of.
    pub procedure: Option<Procedure>,
    /// The REST forms, the primary one first.
    pub http: Vec<HttpBinding>,
    /// Whether a repeat with the same `request_id` has one effect.
    pub idempotent: bool,
    /// Whether the method only reads.
    pub reads: bool,
    /// Whether the answer is a stream.
    pub streams: bool,
    /// How long a call may take, where the contract gives the method more time than others.
    pub deadline: Option<Duration>,
}

impl MethodRule {
    /// Whether anybody may call, without credentials.
    pub fn public(&self) -> bool {
        self.permission.is_none()
    }
}

/// The rules of every method, by path.
#[derive(Debug, Default)]
pub struct MethodRules(BTreeMap<String, MethodRule>);

impl MethodRules {
    /// The rule of a method; none: no method of ours, to be refused.
    pub fn get(&self, path: &str) -> Option<&MethodRule> {
        self.0.get(path)
    }

    /// Every rule.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &MethodRule> {
        self.0.values()
    }
}

/// Methods whose annotations do not say who may call them: no service starts with such a contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Unannotated(pub Vec<String>);

impl fmt::Display for Unannotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the contracts do not say who may call: {}", self.0.join("; "))
    }
}

static RULES: LazyLock<Result<MethodRules, Unannotated>> = LazyLock::new(read);

/// The rules of every method of this project.
///
/// # Errors
/// The methods whose annotations are missing or make no sense, by name.
pub fn method_rules() -> Result<&'static MethodRules, Unannotated> {
    RULES.as_ref().map_err(Clone::clone)
}

fn read() -> Result<MethodRules, Unannotated> {
    let mut rules = BTreeMap::new();
    let mut faults = Vec::new();
    for service in pool().services().filter(|s| s.full_name().starts_with("hoagiai.")) {
        for method in service.methods() {
            match rule(&method) {
                Ok(rule) => _ = rules.insert(rule.path.clone(), rule),
                Err(fault) => faults.push(format!("{} ({fault})", method.full_name())),
            }
        }
    }
    if faults.is_empty() { Ok(MethodRules(rules)) } else { Err(Unannotated(faults)) }
}

fn rule(method: &MethodDescriptor) -> Result<MethodRule, String> {
    let options = method.options();
    let access: Access = option(&options, "hoagiai.options.v1.access").ok_or("no access option")?;
    let permission = match (access.public, access.permission.as_str()) {
        (true, "") => None,
        (false, name) => Some(name.parse::<Permission>().map_err(|e| e.to_string())?),
        (true, _) => return Err("public, yet with a permission".to_owned()),
    };
    let area = access.area();
    if area == AreaSource::Unspecified && permission.is_some() {
        return Err("no area source".to_owned());
    }
    let service = method.parent_service();
    let http = http(&options);
    Ok(MethodRule {
        path: format!("/{}/{}", service.full_name(), method.name()),
        service: service.package_name().split('.').nth(1).unwrap_or_default().to_owned(),
        permission,
        area,
        purpose_required: access.purpose_required,
        visitors: access.visitors,
        procedure: option(&options, "hoagiai.options.v1.procedure"),
        idempotent: method.input().get_field_by_name("request_id").is_some(),
        reads: http.first().is_some_and(|binding| binding.verb == "GET"),
        streams: method.is_server_streaming(),
        deadline: seconds(&options, "hoagiai.options.v1.deadline_seconds"),
        http,
    })
}

/// A message option as the generated type.
fn option<T: prost::Message + Default>(options: &DynamicMessage, name: &str) -> Option<T> {
    let extension = pool().get_extension_by_name(name)?;
    if !options.has_extension(&extension) {
        return None;
    }
    options.get_extension(&extension).as_message()?.transcode_to().ok()
}

/// A number of seconds; none where it is not set.
fn seconds(options: &DynamicMessage, name: &str) -> Option<Duration> {
    let extension = pool().get_extension_by_name(name)?;
    let seconds = options.get_extension(&extension).as_i32()?;
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

fn http(options: &DynamicMessage) -> Vec<HttpBinding> {
    let Some(extension) = pool().get_extension_by_name("google.api.http") else { return Vec::new() };
    if !options.has_extension(&extension) {
        return Vec::new();
    }
    let rule = options.get_extension(&extension);
    let Some(rule) = rule.as_message() else { return Vec::new() };
    let more = rule.get_field_by_name("additional_bindings");
    let more = more.as_deref().and_then(Value::as_list).unwrap_or_default();
    [rule].into_iter().chain(more.iter().filter_map(Value::as_message)).filter_map(binding).collect()
}

fn binding(rule: &DynamicMessage) -> Option<HttpBinding> {
    let text = |name: &str| Some(rule.get_field_by_name(name)?.as_str()?.to_owned());
    let verbs = [("get", "GET"), ("post", "POST"), ("patch", "PATCH"), ("put", "PUT"), ("delete", "DELETE")];
    let (name, verb) = verbs.into_iter().find(|(name, _)| rule.has_field_by_name(name))?;
    let (body, response_body) = (text("body").unwrap_or_default(), text("response_body").unwrap_or_default());
    Some(HttpBinding { verb, path: text(name)?, body, response_body })
}

/// The class of the value of a field; what the contract does not class is INTERNAL.
pub fn data_class(field: &FieldDescriptor) -> DataClass {
    let class = || {
        let extension = pool().get_extension_by_name("hoagiai.options.v1.data")?;
        let number = field.options().get_extension(&extension).as_enum_number()?;
        DataClass::try_from(number).ok().filter(|class| *class != DataClass::Unspecified)
    };
    class().unwrap_or(DataClass::Internal)
}
