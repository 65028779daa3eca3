//! Credentials. Of a secret only its digest is kept.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Timestamp;
use sqlx::FromRow;

use crate::domain::{ConsumerId, Credential, CredentialId, CredentialKind, Secret};

pub(super) const STATEMENTS: &[&str] = &[GET, PAGE, ALL, INSERT, UPDATE];

const GET: &str =
    "SELECT id, consumer_id, kind, secret_sha256, previous_secret_sha256, previous_until, certificate_sha256,
        issuer, subject, expire_time, revoked, revision, create_time
    FROM credentials WHERE id = $1";
const PAGE: &str =
    "SELECT id, consumer_id, kind, secret_sha256, previous_secret_sha256, previous_until, certificate_sha256,
        issuer, subject, expire_time, revoked, revision, create_time
    FROM credentials WHERE consumer_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const ALL: &str =
    "SELECT id, consumer_id, kind, secret_sha256, previous_secret_sha256, previous_until, certificate_sha256,
        issuer, subject, expire_time, revoked, revision, create_time
    FROM credentials WHERE NOT revoked";
const INSERT: &str =
    "INSERT INTO credentials (id, consumer_id, kind, secret_sha256, certificate_sha256, issuer, subject,
        expire_time, revoked, revision, create_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str =
    "UPDATE credentials SET secret_sha256 = $3, previous_secret_sha256 = $4, previous_until = $5, revoked = $6,
        revision = $2 + 1
    WHERE id = $1 AND revision = $2";

#[derive(FromRow)]
struct Row {
    id: CredentialId,
    consumer_id: ConsumerId,
    kind: String,
    secret_sha256: Option<Vec<u8>>,
    previous_secret_sha256: Option<Vec<u8>>,
    previous_until: Option<Timestamp>,
    certificate_sha256: Option<Vec<u8>>,
    issuer: String,
    subject: String,
    expire_time: Option<Timestamp>,
    revoked: bool,
    revision: i64,
    create_time: Timestamp,
}

impl Row {
    fn credential(self) -> Result<Credential, StoreError> {
        let id = self.id;
        let digest = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let kind = match self.kind.as_str() {
            "client_secret" => digest(self.secret_sha256).map(|sha256| {
                let previous = digest(self.previous_secret_sha256).zip(self.previous_until);
                CredentialKind::ClientSecret(Secret { sha256, previous })
            }),
            "certificate" => digest(self.certificate_sha256).map(CredentialKind::Certificate),
            "token" => Some(CredentialKind::Token { issuer: self.issuer, subject: self.subject }),
            _ => None,
        };
        Ok(Credential {
            id,
            consumer: self.consumer_id,
            kind: kind.ok_or_else(|| StoreError::inconsistent("credentials", "kind", id))?,
            expire_time: self.expire_time,
            revoked: self.revoked,
            revision: self.revision,
            create_time: self.create_time,
        })
    }
}

/// What of a credential stands in which column.
#[derive(Default)]
struct Columns<'a> {
    kind: &'static str,
    secret: Option<&'a [u8]>,
    previous: Option<(&'a [u8], Timestamp)>,
    certificate: Option<&'a [u8]>,
    issuer: &'a str,
    subject: &'a str,
}

fn columns(credential: &Credential) -> Columns<'_> {
    match &credential.kind {
        CredentialKind::ClientSecret(secret) => Columns {
            kind: "client_secret",
            secret: Some(&secret.sha256),
            previous: secret.previous.as_ref().map(|(sha256, until)| (sha256.as_slice(), *until)),
            ..Columns::default()
        },
        CredentialKind::Certificate(sha256) => {
            Columns { kind: "certificate", certificate: Some(sha256), ..Columns::default() }
        }
        CredentialKind::Token { issuer, subject } => Columns { kind: "token", issuer, subject, ..Columns::default() },
    }
}

/// Finds a credential.
pub async fn find(tx: &mut Tx, id: CredentialId) -> Result<Option<Credential>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Row::credential).transpose()
}

/// A page of a consumer's, in the order of the ids.
pub async fn page(
    tx: &mut Tx,
    consumer: ConsumerId,
    after: Option<CredentialId>,
    limit: i64,
) -> Result<Vec<Credential>, StoreError> {
    let after = after.unwrap_or(CredentialId::from_uuid(hoagiai_types::Uuid::nil()));
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(PAGE).bind(consumer).bind(after).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::credential).collect()
}

/// All that are not revoked.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Credential>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(ALL).fetch_all(c).await)?;
    rows.into_iter().map(Row::credential).collect()
}

/// Inserts a credential.
///
/// # Errors
/// [`StoreError::Duplicate`]: the certificate or the subject is a credential already.
pub async fn insert(tx: &mut Tx, credential: &Credential) -> Result<(), StoreError> {
    let columns = columns(credential);
    on!(tx, |c| sqlx::query(INSERT)
        .bind(credential.id)
        .bind(credential.consumer)
        .bind(columns.kind)
        .bind(columns.secret)
        .bind(columns.certificate)
        .bind(columns.issuer)
        .bind(columns.subject)
        .bind(credential.expire_time)
        .bind(credential.revoked)
        .bind(credential.revision)
        .bind(credential.create_time)
        .execute(c)
        .await
        .map(drop))
}

/// Writes secret and state, guarded by the revision that was read.
pub async fn update(tx: &mut Tx, credential: &mut Credential) -> Result<(), StoreError> {
    let Columns { secret, previous, .. } = columns(credential);
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(credential.id)
        .bind(credential.revision)
        .bind(secret)
        .bind(previous.map(|(sha256, _)| sha256))
        .bind(previous.map(|(_, until)| until))
        .bind(credential.revoked)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    credential.revision += 1;
    Ok(())
}
