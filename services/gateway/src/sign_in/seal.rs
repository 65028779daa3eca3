//! What is sealed of sign-ins: cookies of those under way, tokens of sessions. The key lies in the database, sealed under the keys
//! of the installation, which do not: a restart changes nothing, every gateway of the database opens what another has sealed, and
//! who has the database alone opens nothing.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use hoagiai_runtime::BoxError;
use hoagiai_store::Db;
use serde::{Serialize, de::DeserializeOwned};

use crate::store::sessions;

/// Seals and opens. GCM-SIV, as everywhere else: a nonce that came twice would reveal that two texts are equal, and no more.
pub(crate) struct Seal(RandomizedNonceKey);

impl Seal {
    /// The key of this installation, made by whoever starts first.
    ///
    /// # Errors
    /// The store, or the keys of the installation are not those of this database.
    pub(crate) async fn of(db: &Db) -> Result<Self, BoxError> {
        let mut fresh = [0; 32];
        rand::fill(&mut fresh).map_err(|_| "the system gives no random numbers")?;
        let mut tx = db.write().await?;
        let key = sessions::keep_key(&mut tx, &fresh).await?;
        tx.commit().await?;
        Ok(Self::with(&key).ok_or("the key of sign-ins is none")?)
    }

    pub(super) fn with(key: &[u8]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, key).ok().map(Self)
    }

    /// Seals a value for one place: it opens nowhere else.
    pub(super) fn close<T: Serialize>(&self, place: &[u8], value: &T) -> Option<Vec<u8>> {
        let mut bytes = serde_json::to_vec(value).ok()?;
        let nonce = self.0.seal_in_place_append_tag(Aad::from(place), &mut bytes).ok()?;
        Some([nonce.as_ref().as_slice(), &bytes].concat())
    }

    pub(super) fn open<T: DeserializeOwned>(&self, place: &[u8], sealed: &[u8]) -> Option<T> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(place), &mut sealed).ok()?;
        serde_json::from_slice(plain).ok()
    }
}
