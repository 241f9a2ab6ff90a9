//! The key that wraps all others.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{Exposure, KeyError, SecretFile, SecretFileError, new_id};

/// There is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not a key.
    #[error(
        "{place} must hold a master key of 64 hexadecimal characters (32 bytes); make one with: openssl rand -hex 32"
    )]
    NotAKey {
        /// Where the text came from: a variable's name or a path.
        place: String,
    },
    /// The vault is there, its key is not. Nothing was made in its place.
    #[error("{path} is missing, the key of the vault {vault}; put it back from its backup")]
    Missing {
        /// Where the key should be.
        path: PathBuf,
        /// What it opens.
        vault: PathBuf,
    },
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// The file cannot be made.
    #[error("{path} cannot be made: {source}")]
    NotMade {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The key that wraps the persons' keys, 256 bits. Lost, every personal text in the log is lost.
#[derive(Clone)]
pub struct MasterKey(Arc<LessSafeKey>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// Makes a key of 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256-GCM takes any 32 bytes");
        Self(Arc::new(LessSafeKey::new(key)))
    }

    /// Reads a key of 64 hexadecimal characters; `place` names where `text` came from.
    ///
    /// # Errors
    /// [`MasterKeyError::NotAKey`].
    pub fn from_hex(text: &str, place: &str) -> Result<Self, MasterKeyError> {
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .map_err(|_| MasterKeyError::NotAKey { place: place.to_owned() })?;
        Ok(Self::from_bytes(&bytes))
    }

    /// Reads the key in a file only its owner can read, and makes it first if there is none. Processes that start at
    /// once get the same key.
    ///
    /// # Errors
    /// [`MasterKeyError`], also if others may read the file.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        let not_made = |source| MasterKeyError::NotMade { path: path.to_owned(), source };
        // Anything else that is wrong with it shows when it is read.
        if std::fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            create(path).map_err(not_made)?;
        }
        Self::from_hex(SecretFile::read(path, Exposure::Refused)?.text()?, &path.display().to_string())
    }

    /// Wraps `plain`; `place` says where it belongs and is authenticated.
    pub(super) fn wrap(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut body = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut body)
            .map_err(|_| KeyError::Unavailable("wrapping failed".into()))?;
        let mut wrapped = nonce.to_vec();
        wrapped.append(&mut body);
        Ok(wrapped)
    }

    /// Opens what [`wrap`](Self::wrap) made of 32 bytes for the same place.
    pub(super) fn unwrap(&self, place: &[u8], wrapped: &[u8]) -> Result<[u8; 32], KeyError> {
        let (nonce, body) = wrapped.split_at_checked(NONCE_LEN).ok_or(KeyError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Damaged)?;
        let mut body = body.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(place), &mut body).map_err(|_| KeyError::Damaged)?;
        (&*plain).try_into().map_err(|_| KeyError::Damaged)
    }
}

/// Random bytes for keys and secrets.
pub(super) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0_u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::Unavailable("no randomness".into()))?;
    Ok(bytes)
}

/// Writes a new key beside and links it to its name: nobody ever reads half a key, and of two that do it one wins.
fn create(path: &Path) -> std::io::Result<()> {
    let bytes: [u8; 32] = random().map_err(std::io::Error::other)?;
    let beside = path.with_extension(format!("{}.new", new_id().simple()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(hex::encode(bytes).as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}
