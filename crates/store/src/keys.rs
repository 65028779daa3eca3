//! The keyring: the master keys that wrap data keys, the key that signs the journal, the key of blind indexes.
//! It is a file apart from the database and its backups: who has one without the other has nothing.

use std::{collections::BTreeMap, fmt, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use parking_lot::RwLock;
use zeroize::Zeroizing;

use crate::StoreError;

/// Bytes of a nonce in front of a ciphertext.
const NONCE: usize = 12;

/// The secret keys of one installation. Prints nothing of them.
pub struct Keyring {
    signing: Ed25519KeyPair,
    signing_id: String,
    index: (i64, hmac::Key),
    masters: RwLock<BTreeMap<i64, SealingKey>>,
    text: RwLock<Zeroizing<String>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("signing", &self.signing_id).finish_non_exhaustive()
    }
}

impl Keyring {
    /// New random keys.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate() -> Result<Self, StoreError> {
        let line =
            |kind: &str| Ok::<_, StoreError>(format!("{kind} 1 {}\n", STANDARD.encode(random_key()?.as_slice())));
        Self::from_text(&format!("{}{}{}", line("signing")?, line("index")?, line("master")?))
    }

    /// Keys that follow from a seed: for tests and the demonstration, never for real data.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let line = |kind: &str| {
            let key = digest::digest(&digest::SHA256, format!("{kind} {seed}").as_bytes());
            format!("{kind} 1 {}\n", STANDARD.encode(key.as_ref()))
        };
        #[expect(clippy::expect_used, reason = "thirty-two bytes are always a key of these three kinds")]
        Self::from_text(&format!("{}{}{}", line("signing"), line("index"), line("master"))).expect("well-formed keys")
    }

    /// Reads the keyring file, or makes one with new keys (mode 0600) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, may be read by others, or is malformed.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        use std::os::unix::fs::PermissionsExt;
        match fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => {
                let mode = fs::metadata(path).map_err(|e| StoreError::file(path, e))?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(StoreError::Keys("the keyring file may be read by others: set its mode to 0600"));
                }
                Self::from_text(&text)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let keys = Self::generate()?;
                keys.save_new(path)?;
                Ok(keys)
            }
            Err(e) => Err(StoreError::file(path, e)),
        }
    }

    /// Reads lines of `kind version base64`; `#` begins a comment. The highest version of each kind is in use.
    ///
    /// # Errors
    /// [`StoreError::Keys`].
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        let (mut signing, mut index, mut masters) = (None, None, BTreeMap::new());
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(kind), Some(version), Some(key), None) = (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(StoreError::Keys("a line is not `kind version base64`"));
            };
            let version: i64 = version.parse().map_err(|_| StoreError::Keys("a version is not a number"))?;
            let key = Zeroizing::new(STANDARD.decode(key).map_err(|_| StoreError::Keys("a key is not base64"))?);
            if key.len() != 32 {
                return Err(StoreError::Keys("a key is not 32 bytes"));
            }
            match kind {
                "signing" if signing.as_ref().is_none_or(|(v, _)| *v < version) => {
                    let pair =
                        Ed25519KeyPair::from_seed_unchecked(&key).map_err(|_| StoreError::Keys("bad signing key"))?;
                    signing = Some((version, pair));
                }
                "signing" => {}
                "index" if index.as_ref().is_none_or(|(v, _)| *v < version) => {
                    index = Some((version, hmac::Key::new(hmac::HMAC_SHA256, &key)));
                }
                "index" => {}
                "master" => {
                    masters.insert(version, SealingKey::new(&key)?);
                }
                _ => return Err(StoreError::Keys("unknown kind of key")),
            }
        }
        let (Some((_, signing)), Some(index), false) = (signing, index, masters.is_empty()) else {
            return Err(StoreError::Keys("signing, index and master keys are all needed"));
        };
        let signing_id = key_id(signing.public_key().as_ref());
        let text = RwLock::new(Zeroizing::new(text.to_owned()));
        Ok(Self { signing, signing_id, index, masters: RwLock::new(masters), text })
    }

    /// Adds a new master key and saves the file; new data keys are wrapped under it. Old data keys move by
    /// [`crate::Db::rewrap_data_keys`], after which the old line may be removed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_master(&self, path: &Path) -> Result<i64, StoreError> {
        let key = random_key()?;
        let version = self.masters.read().last_key_value().map_or(1, |(v, _)| v + 1);
        let mut text = self.text.read().clone();
        text.push_str(&format!("master {version} {}\n", STANDARD.encode(key.as_slice())));
        let aside = path.with_extension("new");
        let _ = fs::remove_file(&aside);
        Self::write_new(&aside, &text)?;
        fs::rename(&aside, path).map_err(|e| StoreError::file(path, e))?;
        self.masters.write().insert(version, SealingKey::new(key.as_slice())?);
        *self.text.write() = text;
        Ok(version)
    }

    /// Writes the keys to a file that must not exist yet.
    ///
    /// # Errors
    /// When it exists or cannot be written.
    pub fn save_new(&self, path: &Path) -> Result<(), StoreError> {
        Self::write_new(path, &self.text.read())
    }

    fn write_new(path: &Path, text: &str) -> Result<(), StoreError> {
        let write = || {
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::File::open(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|e| StoreError::file(path, e))
    }

    /// The keys with which anybody can verify what this keyring signs.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKeys {
        VerifyingKeys(vec![self.signing.public_key().as_ref().to_vec()])
    }

    /// A value by which equal values of a sealed field can be found without opening them. Normalise the value first.
    #[must_use]
    pub fn blind_index(&self, context: &str, value: &str) -> Vec<u8> {
        let mut mac = hmac::Context::with_key(&self.index.1);
        mac.update(&(context.len() as u64).to_be_bytes());
        mac.update(context.as_bytes());
        mac.update(value.as_bytes());
        mac.sign().as_ref()[..16].to_vec()
    }

    /// Version of the key of [`Keyring::blind_index`], kept beside each value: values of two versions cannot be compared.
    #[must_use]
    pub fn index_version(&self) -> i64 {
        self.index.0
    }

    pub(crate) fn signing_key_id(&self) -> &str {
        &self.signing_id
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign(message).as_ref().to_vec()
    }

    pub(crate) fn current_master(&self) -> i64 {
        self.masters.read().last_key_value().map_or(0, |(version, _)| *version)
    }

    /// Wraps a data key under the current master key.
    pub(crate) fn wrap(&self, aad: &[u8], data_key: &[u8]) -> Result<(i64, Vec<u8>), StoreError> {
        let masters = self.masters.read();
        let (version, key) = masters.last_key_value().ok_or(StoreError::Keys("no master key"))?;
        Ok((*version, key.seal(aad, data_key)?))
    }

    pub(crate) fn unwrap(&self, aad: &[u8], version: i64, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let masters = self.masters.read();
        let key = masters.get(&version).ok_or(StoreError::Keys("the master key of this version is missing"))?;
        key.open(aad, wrapped).map(Zeroizing::new)
    }
}

/// Public keys, by id.
#[derive(Debug, Clone)]
pub struct VerifyingKeys(Vec<Vec<u8>>);

impl VerifyingKeys {
    /// One line of base64 a key, for auditors.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.iter().map(|key| format!("{}\n", STANDARD.encode(key))).collect()
    }

    /// Reads [`VerifyingKeys::to_text`].
    ///
    /// # Errors
    /// [`StoreError::Keys`].
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        let keys = text.lines().map(str::trim).filter(|l| !l.is_empty());
        keys.map(|l| STANDARD.decode(l).map_err(|_| StoreError::Keys("a public key is not base64")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether `signature` over `message` is of the key named `id`.
    #[must_use]
    pub fn verify(&self, id: &str, message: &[u8], signature: &[u8]) -> bool {
        let named = self.0.iter().filter(|key| key_id(key) == id);
        named.into_iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok())
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of a public key.
fn key_id(public: &[u8]) -> String {
    digest::digest(&digest::SHA256, public).as_ref()[..8].iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn random_key() -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut key = Zeroizing::new([0; 32]);
    SystemRandom::new().fill(key.as_mut_slice()).map_err(|_| StoreError::Keys("the system has no randomness"))?;
    Ok(key)
}

/// An AES-256-GCM-SIV key: a repeated nonce, should the system's randomness ever fail, reveals equality and no more.
pub(crate) struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    pub(crate) fn new(key: &[u8]) -> Result<Self, StoreError> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, key).map(Self).map_err(|_| StoreError::Keys("bad AES key"))
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut body = plaintext.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(aad), &mut body)
            .map_err(|_| StoreError::Keys("sealing failed"))?;
        let mut sealed = Vec::with_capacity(NONCE + body.len());
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut body);
        Ok(sealed)
    }

    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(StoreError::Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| StoreError::Unsealable)?;
        let mut body = body.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| StoreError::Unsealable)?.len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_keyring_file_is_private_and_reads_back_the_same_keys() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = Keyring::open_or_create(&path).unwrap();
        let read = Keyring::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(made.blind_index("name", "an"), read.blind_index("name", "an"));
        assert_ne!(made.blind_index("name", "an"), read.blind_index("phone", "an"));
        assert!(read.verifying().verify(made.signing_key_id(), b"x", &made.sign(b"x")));
        assert!(!read.verifying().verify(made.signing_key_id(), b"y", &made.sign(b"x")));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Keyring::open_or_create(&path), Err(StoreError::Keys(_))));
    }

    #[test]
    fn a_sealed_text_opens_only_whole_and_in_its_place() {
        let key = SealingKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(b"here", b"secret").unwrap();
        assert_eq!(key.open(b"here", &sealed).unwrap(), b"secret");
        assert!(key.open(b"there", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[i] ^= 1;
            assert!(key.open(b"here", &altered).is_err());
            assert!(key.open(b"here", &sealed[..i]).is_err());
        }
    }

    #[test]
    fn debug_prints_no_key() {
        let printed = format!("{:?}", Keyring::from_seed(1));
        assert!(printed.starts_with("Keyring { signing: ") && printed.len() < 60);
    }
}
