//! The port to the keys with which personal data is sealed. One key a person; destroying it erases the person.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

/// A person's key, 256 bits, ready to use.
#[derive(Clone)]
pub struct DataKey(pub(crate) Arc<aws_lc_rs::aead::LessSafeKey>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

/// What became of a person's key.
#[derive(Debug, Clone)]
pub enum KeyState {
    /// There is one.
    Present(DataKey),
    /// It was destroyed: the person is erased.
    Destroyed,
}

/// A key could not be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The person was erased: nothing about them is sealed or opened any more.
    #[error("this person's data has been erased")]
    Erased,
    /// A sealed value does not open: damaged, or moved from where it was sealed.
    #[error("a sealed value does not open")]
    Damaged,
    /// The key store is not reachable, or the master key is not the right one.
    #[error("the key store is not available: {0}")]
    Unavailable(String),
}

/// The key store. Answers are durable: a key returned by `ensure` is on disk.
#[async_trait]
pub trait Keyring: Send + Sync + fmt::Debug + 'static {
    /// The person's key, made now if there is none. [`KeyError::Erased`] if it was destroyed.
    async fn ensure(&self, tenant: &TenantId, person: PersonId) -> Result<DataKey, KeyError>;

    /// The keys of these people. People who never had one are absent from the answer.
    async fn find(&self, tenant: &TenantId, people: &[PersonId]) -> Result<HashMap<PersonId, KeyState>, KeyError>;

    /// Destroys the person's key for good; also if there was none, so that none can be made later.
    async fn destroy(&self, tenant: &TenantId, person: PersonId) -> Result<(), KeyError>;

    /// Forgets what is cached of this person: their key was destroyed by another node.
    fn forget(&self, tenant: &TenantId, person: PersonId);
}

/// The keys of these people that can be used: one that does not open is as good as none, and keeps nobody else's back.
pub(crate) async fn find_usable(
    keys: &dyn Keyring,
    tenant: &TenantId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, KeyState>, KeyError> {
    match keys.find(tenant, people).await {
        Err(KeyError::Damaged) => {}
        found => return found,
    }
    let mut usable = HashMap::new();
    for person in people {
        match keys.find(tenant, &[*person]).await {
            Ok(found) => usable.extend(found),
            Err(KeyError::Damaged) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(usable)
}

impl DataKey {
    /// Makes a key of 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256-GCM takes any 32 bytes");
        Self(Arc::new(LessSafeKey::new(key)))
    }

    /// Seals the `field`th personal field of an event: base64 of nonce, ciphertext and tag (AES-256-GCM, random
    /// nonce). The event and field are authenticated, so that a sealed value cannot be moved elsewhere unseen.
    pub fn seal(&self, event_id: Uuid, field: u32, plain: &str) -> Result<String, KeyError> {
        let mut nonce = [0_u8; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| KeyError::Unavailable("no randomness".into()))?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + 16);
        sealed.extend_from_slice(plain.as_bytes());
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), place(event_id, field), &mut sealed)
            .map_err(|_| KeyError::Damaged)?;
        sealed.extend_from_slice(tag.as_ref());
        sealed.splice(0..0, nonce);
        Ok(BASE64.encode(sealed))
    }

    /// Opens what [`seal`](Self::seal) made of the same field of the same event.
    pub fn open(&self, event_id: Uuid, field: u32, sealed: &str) -> Result<String, KeyError> {
        let mut bytes = BASE64.decode(sealed).map_err(|_| KeyError::Damaged)?;
        let (nonce, ciphertext) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(KeyError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Damaged)?;
        let plain = self.0.open_in_place(nonce, place(event_id, field), ciphertext).map_err(|_| KeyError::Damaged)?;
        String::from_utf8(plain.to_vec()).map_err(|_| KeyError::Damaged)
    }
}

/// What is authenticated beside the text: where it belongs.
fn place(event_id: Uuid, field: u32) -> Aad<[u8; 20]> {
    let mut place = [0_u8; 20];
    place[..16].copy_from_slice(event_id.as_bytes());
    place[16..].copy_from_slice(&field.to_be_bytes());
    Aad::from(place)
}
