//! The local issuer of the all-in-one: one Ed25519 key in a file that nobody else may read.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    digest,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hoagiai_types::Timestamp;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{IssuerConfig, JwksSource, NewToken, compact};
use crate::Role;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Signs tokens with its own key.
pub struct Issuer {
    name: String,
    audience: String,
    key: Ed25519KeyPair,
    key_id: String,
}

/// A token, signed.
#[derive(Clone)]
pub struct Minted {
    /// The token; a secret.
    pub token: String,
    /// Its `jti`.
    pub token_id: Uuid,
    /// When it runs out.
    pub expires: Timestamp,
}

/// Why a key or a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The file cannot be read or written.
    #[error("key file {0}")]
    File(PathBuf, #[source] io::Error),
    /// Others may read the key.
    #[error("key file {0} may be read by others than its owner (mode {1:o}); expected 600")]
    Exposed(PathBuf, u32),
    /// Not an Ed25519 private key in PEM.
    #[error("key file {0} holds no Ed25519 private key")]
    NotAKey(PathBuf),
    /// The library could not make a key.
    #[error("no key could be made")]
    Generate,
    /// The life of the token is zero or too long for its kind.
    #[error("the life of the token is zero or longer than its kind allows")]
    Lifetime,
    /// The token would be refused for its size.
    #[error("the token would be longer than {} bytes", super::MAX_BYTES)]
    TooLong,
}

impl Issuer {
    /// Opens the key in `file`, made if absent (mode 0600, flushed, never half-written).
    ///
    /// # Errors
    /// When the file is unreadable, no key, or readable by others.
    pub fn open(file: &Path, name: &str, audience: &str) -> Result<Issuer, IssuerError> {
        let failed = |error| IssuerError::File(file.to_owned(), error);
        if !file.try_exists().map_err(failed)? {
            create(file)?;
        }
        refuse_exposed(file)?;
        let text = Zeroizing::new(fs::read_to_string(file).map_err(failed)?);
        let key = from_pem(&text).ok_or_else(|| IssuerError::NotAKey(file.to_owned()))?;
        Ok(Issuer::with_key(key, name, audience))
    }

    pub(crate) fn with_key(key: Ed25519KeyPair, name: &str, audience: &str) -> Issuer {
        let x = compact::encode(key.public_key().as_ref());
        // RFC 7638: the members of the key that count, in this order and without spaces.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let key_id = compact::encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        Issuer { name: name.to_owned(), audience: audience.to_owned(), key, key_id }
    }

    /// The `iss` of its tokens.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of its key: the thumbprint.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public half as a JWK set.
    pub fn jwks(&self) -> String {
        let x = compact::encode(self.key.public_key().as_ref());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.key_id, "alg": "EdDSA", "use": "sig"});
        json!({"keys": [key]}).to_string()
    }

    /// How a verifier in the same process trusts it: for every role, for tokens up to `longest_seconds`.
    pub fn as_trusted(&self, longest_seconds: u32) -> IssuerConfig {
        IssuerConfig {
            issuer: self.name.clone(),
            audience: self.audience.clone(),
            algorithms: vec![super::Algorithm::EdDSA],
            jwks: JwksSource::Inline(self.jwks()),
            longest_seconds,
            subject_prefix: String::new(),
            roles: Role::ALL.to_vec(),
            roles_assigned: false,
            asserts: false,
            delegates: true,
        }
    }

    /// Signs a token. Time and id come in, as everywhere.
    ///
    /// # Errors
    /// [`IssuerError::Lifetime`] and [`IssuerError::TooLong`].
    pub fn mint(&self, token: &NewToken, now: Timestamp, id: Uuid) -> Result<Minted, IssuerError> {
        let lifetime = token.lifetime.seconds().ok_or(IssuerError::Lifetime)?;
        let issued = now.as_micros().div_euclid(1_000_000);
        let claims = token.claims(&self.name, &self.audience, issued, lifetime, id);
        let header = json!({"alg": "EdDSA", "kid": self.key_id, "typ": "at+jwt"});
        let [header, claims] =
            [header.to_string(), json!(claims).to_string()].map(|part| compact::encode(part.as_bytes()));
        let signed = format!("{header}.{claims}");
        let signature = compact::encode(self.key.sign(signed.as_bytes()).as_ref());
        let minted = format!("{signed}.{signature}");
        if minted.len() > super::MAX_BYTES {
            return Err(IssuerError::TooLong);
        }
        let expires = Timestamp::from_micros(issued.saturating_add(lifetime).saturating_mul(1_000_000));
        Ok(Minted { token: minted, token_id: id, expires })
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("name", &self.name).field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted").field("token", &"***").field("token_id", &self.token_id).finish_non_exhaustive()
    }
}

/// Writes a new key beside the place and links it there: of two processes that start at once one wins, and nobody
/// ever reads half a key.
fn create(file: &Path) -> Result<(), IssuerError> {
    let failed = |error| IssuerError::File(file.to_owned(), error);
    let key = Ed25519KeyPair::generate().map_err(|_| IssuerError::Generate)?;
    let der = key.to_pkcs8v1().map_err(|_| IssuerError::Generate)?;
    let pem = Zeroizing::new(format!("{BEGIN}\n{}\n{END}\n", *Zeroizing::new(STANDARD.encode(der.as_ref()))));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    // Named after the key, so that no two drafts meet.
    let draft = file.with_extension(format!("draft-{}", compact::encode(key.public_key().as_ref())));
    let written = write_private(&draft, pem.as_bytes()).and_then(|()| match fs::hard_link(&draft, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    // The draft must go whatever happened: it is a key.
    let removed = fs::remove_file(&draft);
    written.and(removed).and_then(|()| fs::File::open(folder)?.sync_all()).map_err(failed)
}

fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    out.write_all(bytes)?;
    out.sync_all()
}

#[cfg(unix)]
fn refuse_exposed(file: &Path) -> Result<(), IssuerError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        fs::metadata(file).map_err(|error| IssuerError::File(file.to_owned(), error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(IssuerError::Exposed(file.to_owned(), mode)) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), IssuerError> {
    Ok(())
}

fn from_pem(text: &str) -> Option<Ed25519KeyPair> {
    let body = text.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
    Ed25519KeyPair::from_pkcs8(&der).ok()
}
