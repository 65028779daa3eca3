//! Test agencies: connected as the department connects real ones, each with a secret that whoever tries the interfaces may
//! have. What the folder knows of them lies in a file that marks it as a sandbox: no other folder can be reset.

use std::path::Path;

use hoagiai_identity::{Area, Role};
use hoagiai_proto::{
    gateway::v1::{
        AgencyCode, AgencyCodeSystem, AllowedMethod, ConsumerPolicy, CreateConsumerRequest, CredentialKind,
        IssueCredentialRequest, consumer_service_client::ConsumerServiceClient,
    },
    google,
};
use hoagiai_types::Uuid;
use serde::Serialize;

use crate::{
    clients::{CallError, Client, Service, Who},
    failure::Failure,
    folder::{Folder, LOCK},
};

/// The file that marks a folder as a sandbox.
pub const MARK: &str = "sandbox.json";

/// What the file holds until the agencies are connected: none.
const UNMADE: &str = "[]";

/// What an agency may ask of the directory, and to be told.
const METHODS: [&str; 15] = [
    "hoagiai.registry.v1.DirectoryService/ListDirectory",
    "hoagiai.registry.v1.DirectoryService/GetDirectoryEntry",
    "hoagiai.registry.v1.DirectoryService/FindDirectoryTeams",
    "hoagiai.registry.v1.DirectoryService/VerifyMediator",
    "hoagiai.gateway.v1.SubscriptionService/CreateSubscription",
    "hoagiai.gateway.v1.SubscriptionService/GetSubscription",
    "hoagiai.gateway.v1.SubscriptionService/ListSubscriptions",
    "hoagiai.gateway.v1.SubscriptionService/EndSubscription",
    "hoagiai.gateway.v1.SubscriptionService/ReplaySubscription",
    "hoagiai.gateway.v1.DeliveryService/ListDeliveries",
    "hoagiai.gateway.v1.DeliveryService/RedeliverDelivery",
    "hoagiai.gateway.v1.DeliveryService/ReconcileDeliveries",
    "hoagiai.gateway.v1.DeliveryService/ListCallbacks",
    "hoagiai.gateway.v1.DeliveryService/RedeliverCallback",
    "hoagiai.gateway.v1.SubscriptionService/ListRegistrySubscriptions",
];

/// The agencies: code, name, methods that it may call, calls a day.
const AGENCIES: [(&str, &str, usize, i32); 3] = [
    ("000.01.99.H26", "Tòa án nhân dân (thử nghiệm)", 15, 10_000),
    ("000.02.99.H26", "Công an thành phố (thử nghiệm)", 4, 1_000),
    // A small one, to see what a quota does.
    ("000.03.99.H26", "Đơn vị hạn mức nhỏ (thử nghiệm)", 1, 5),
];

/// A test agency, with what it signs in by.
#[derive(Clone, Debug, Serialize)]
pub struct Agency {
    /// Its code.
    pub agency_code: &'static str,
    /// Its name.
    pub display_name: &'static str,
    /// Id of the consumer.
    pub consumer_id: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// The methods that it may call.
    pub methods: Vec<&'static str>,
    /// Calls a day.
    pub daily_quota: i32,
    /// The unit that it may ask about.
    pub area_unit_id: String,
}

/// Whether a folder is a sandbox.
///
/// # Errors
/// The file cannot be read.
pub fn is_one(folder: &Folder) -> Result<bool, Failure> {
    Ok(folder.read(MARK)?.is_some())
}

/// Whether its agencies are connected.
///
/// # Errors
/// The file cannot be read.
pub fn is_made(folder: &Folder) -> Result<bool, Failure> {
    Ok(folder.read(MARK)?.is_some_and(|text| text.trim() != UNMADE))
}

/// Marks a folder that nothing was served from yet: one that is broken off while it is made can be reset. Another folder is
/// never marked before its agencies are there, for a mark is leave to take everything away.
///
/// # Errors
/// The folder cannot be written to.
pub fn mark(folder: &Folder) -> Result<(), Failure> {
    let fresh = !folder.path().join("registry.db").exists();
    if fresh && !is_one(folder)? { folder.write(MARK, UNMADE) } else { Ok(()) }
}

/// Takes everything out of a sandbox; the folder itself stays.
///
/// # Errors
/// The folder is none, is in use, or cannot be emptied.
pub fn reset(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    // Held until all is gone: nobody serves from what is being taken away.
    let folder = Folder::lock(path)?;
    if !is_one(&folder)? {
        let what = format!("{} is no sandbox; nothing was taken away", path.display());
        return Err(Failure::input(what, "only what `hoagiai sandbox` made can be reset"));
    }
    let failed = |error: std::io::Error| {
        Failure::failed(format!("{} cannot be emptied", path.display()), "run the same again").because(&error)
    };
    let mut entries: Vec<_> = std::fs::read_dir(path).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    // The mark goes late and the lock last: a reset that is broken off can be done again.
    entries.sort_by_key(|entry| match entry.file_name().to_str() {
        Some(MARK) => 1,
        Some(LOCK) => 2,
        _ => 0,
    });
    for entry in entries {
        let gone = match entry.file_type().map_err(failed)?.is_dir() {
            true => std::fs::remove_dir_all(entry.path()),
            false => std::fs::remove_file(entry.path()),
        };
        gone.map_err(failed)?;
    }
    Ok(())
}

/// Connects the test agencies.
///
/// # Errors
/// A call is refused, or the folder cannot be written to.
pub async fn connect(folder: &Folder, client: &Client, city: Uuid) -> Result<Vec<Agency>, Failure> {
    let broken = |error: CallError| {
        Failure::failed("the test agencies could not be connected", "`hoagiai sandbox --reset` begins anew")
            .because(&error)
    };
    let mut agencies = Vec::new();
    for (code, name, methods, quota) in AGENCIES {
        let methods = METHODS.iter().take(methods).copied().collect::<Vec<_>>();
        agencies.push(one(client, city, (code, name), &methods, quota).await.map_err(broken)?);
    }
    let text = serde_json::to_string_pretty(&agencies).unwrap_or_default() + "\n";
    folder.write(MARK, &text)?;
    Ok(agencies)
}

async fn one(
    client: &Client,
    city: Uuid,
    (agency_code, display_name): (&'static str, &'static str),
    methods: &[&'static str],
    daily_quota: i32,
) -> Result<Agency, CallError> {
    let who = Who { role: Role::Operator, area: Area::Everywhere };
    let day = google::Date { year: 2025, month: 7, day: 1 };
    let policy = ConsumerPolicy {
        allowed_methods: methods
            .iter()
            .map(|method| AllowedMethod { method: (*method).to_owned(), fields: None })
            .collect(),
        area_unit_ids: vec![city.to_string()],
        daily_quota,
        standing_purpose: "Thử nghiệm kết nối".to_owned(),
        valid_from: Some(day),
        valid_to: None,
    };
    let code = AgencyCode {
        system: AgencyCodeSystem::Qd20.into(),
        value: agency_code.to_owned(),
        valid_from: Some(day),
        valid_to: None,
    };
    let message = CreateConsumerRequest {
        agency_codes: vec![code],
        display_name: display_name.to_owned(),
        policy: Some(policy),
        ..CreateConsumerRequest::default()
    };
    let created = client.call(Service::Gateway, "CreateConsumer", who, message, async |channel, request| {
        ConsumerServiceClient::new(channel).create_consumer(request).await
    });
    let consumer =
        created.await?.consumer.ok_or(CallError::Incomplete { call: "CreateConsumer", what: "a consumer" })?;
    let message = IssueCredentialRequest {
        consumer_id: consumer.consumer_id.clone(),
        kind: CredentialKind::ClientSecret.into(),
        ..IssueCredentialRequest::default()
    };
    let issued = client.call(Service::Gateway, "IssueCredential", who, message, async |channel, request| {
        ConsumerServiceClient::new(channel).issue_credential(request).await
    });
    let issued = issued.await?;
    let credential =
        issued.credential.ok_or(CallError::Incomplete { call: "IssueCredential", what: "a credential" })?;
    Ok(Agency {
        agency_code,
        display_name,
        consumer_id: consumer.consumer_id,
        client_id: credential.credential_id,
        client_secret: issued.client_secret,
        methods: methods.to_vec(),
        daily_quota,
        area_unit_id: city.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_begun_as_a_sandbox_is_taken_away_however_far_it_came() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data");
        let folder = Folder::lock(&path).unwrap();
        mark(&folder).unwrap();
        assert!(is_one(&folder).unwrap() && !is_made(&folder).unwrap());
        // Broken off with databases half made, and begun again: still its mark.
        std::fs::write(path.join("registry.db"), "x").unwrap();
        mark(&folder).unwrap();
        drop(folder);
        reset(&path).unwrap();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);

        // A folder that something was served from before is not marked, and not taken away.
        let folder = Folder::lock(&path).unwrap();
        std::fs::write(path.join("registry.db"), "x").unwrap();
        mark(&folder).unwrap();
        assert!(!is_one(&folder).unwrap());
        drop(folder);
        assert!(reset(&path).is_err() && path.join("registry.db").exists());
    }
}
