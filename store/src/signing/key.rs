//! What signs: a key in a file, or a program that has one.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::command;
use super::head::PublicKey;
use crate::{Exposure, SecretFile, SecretFileError};

/// What signs heads.
#[derive(Debug, Clone)]
pub enum SigningKey {
    /// A key this process has.
    Here(Arc<Ed25519KeyPair>),
    /// A program that gets the statement in hexadecimal digits on its standard input and prints the signature likewise.
    Elsewhere {
        /// The program and its arguments; no shell is asked.
        command: Vec<String>,
        /// Whose signatures it makes.
        public_key: PublicKey,
    },
}

/// A key cannot be used, or did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The file cannot be used.
    #[error("the signing key {0}")]
    File(#[from] SecretFileError),
    /// The file cannot be made.
    #[error("the signing key {path} cannot be made: {source}")]
    NotMade {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no key.
    #[error(
        "{path} holds no Ed25519 key: neither 64 hexadecimal digits, as `docket signer new` writes them, nor a private key in PKCS#8, \
         as `openssl genpkey -algorithm ed25519` does"
    )]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The program did not sign.
    #[error("the signing command {0}")]
    Command(String),
    /// It signed with another key.
    #[error("the signing command signs with another key than signing.public_key")]
    AnotherKey,
}

impl SigningKey {
    /// Reads a key from a file that only its owner can read: 64 hexadecimal digits, or PKCS#8 in PEM or DER.
    ///
    /// # Errors
    /// [`SigningKeyError`].
    pub fn from_file(path: &Path) -> Result<Self, SigningKeyError> {
        let file = SecretFile::read(path, Exposure::Refused)?;
        let pair = read_key(file.bytes()).ok_or_else(|| SigningKeyError::NotAKey { path: path.to_owned() })?;
        Ok(Self::Here(Arc::new(pair)))
    }

    /// Whose signatures it makes.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Here(pair) => {
                let mut key = [0; 32];
                key.copy_from_slice(pair.public_key().as_ref());
                PublicKey(key)
            }
            Self::Elsewhere { public_key, .. } => *public_key,
        }
    }

    /// Signs.
    ///
    /// # Errors
    /// [`SigningKeyError`], also if a program signs with another key than it should.
    pub async fn sign(&self, statement: &[u8]) -> Result<[u8; 64], SigningKeyError> {
        let mut signature = [0; 64];
        match self {
            Self::Here(pair) => {
                let signed = pair.try_sign(statement).map_err(|_| SigningKeyError::Command("failed".into()))?;
                signature.copy_from_slice(signed.as_ref());
            }
            Self::Elsewhere { command, .. } => {
                let said = command::run(command, hex::encode(statement)).await.map_err(SigningKeyError::Command)?;
                hex::decode_to_slice(said.trim(), &mut signature)
                    .map_err(|_| SigningKeyError::Command("did not print 128 hexadecimal digits".into()))?;
            }
        }
        if self.public_key().has_signed(statement, &signature) {
            Ok(signature)
        } else {
            Err(SigningKeyError::AnotherKey)
        }
    }
}

/// Makes a new key in a file that is not there yet, for its owner alone, and returns its public half.
///
/// # Errors
/// [`SigningKeyError::NotMade`].
pub fn make_key_file(path: &Path) -> Result<PublicKey, SigningKeyError> {
    let failed = |source| SigningKeyError::NotMade { path: path.to_owned(), source };
    let mut seed = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut seed).map_err(|_| failed(std::io::Error::other("no randomness")))?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let written = writeln!(file, "{}", hex::encode(seed)).and_then(|()| file.sync_all());
    written.map_err(failed)?;
    Ok(SigningKey::from_file(path)?.public_key())
}

fn read_key(bytes: &[u8]) -> Option<Ed25519KeyPair> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ed25519KeyPair::from_pkcs8(bytes).ok() };
    let mut seed = [0; 32];
    if hex::decode_to_slice(text.trim(), &mut seed).is_ok() {
        return Ed25519KeyPair::from_seed_unchecked(&seed).ok();
    }
    let body = text.split("-----BEGIN PRIVATE KEY-----").nth(1)?.split("-----END").next()?;
    let body: String = body.split_whitespace().collect();
    Ed25519KeyPair::from_pkcs8(&BASE64.decode(body).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_key_is_made_read_and_signs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        let public_key = make_key_file(&path).unwrap();
        assert!(matches!(make_key_file(&path), Err(SigningKeyError::NotMade { .. })), "none is overwritten");
        let key = SigningKey::from_file(&path).unwrap();
        assert_eq!(key.public_key(), public_key);
        let signature = key.sign(b"a statement").await.unwrap();
        assert!(public_key.has_signed(b"a statement", &signature));
        assert!(!public_key.has_signed(b"another", &signature));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let exposed = SigningKey::from_file(&path);
        assert!(matches!(exposed, Err(SigningKeyError::File(SecretFileError::Exposed { mode: 0o640, .. }))));
    }

    /// RFC 8410, section 10.3.
    #[test]
    fn a_key_in_pkcs8_is_read() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        let pair = read_key(pem.as_bytes()).expect("a key");
        assert_eq!(hex::encode(pair.public_key()), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
        assert!(read_key(b"nothing").is_none());
    }

    #[tokio::test]
    async fn a_program_that_does_not_sign_is_named() {
        let public_key = PublicKey([1; 32]);
        let told = async |command: &[&str]| {
            let command = command.iter().map(|word| (*word).to_owned()).collect();
            SigningKey::Elsewhere { command, public_key }.sign(b"x").await.unwrap_err().to_string()
        };
        assert!(told(&["/nowhere/signer"]).await.contains("cannot be started"));
        assert!(told(&["sh", "-c", "echo locked >&2; exit 3"]).await.contains("locked"));
        assert!(told(&["echo", "hello"]).await.contains("128 hexadecimal digits"));
        assert!(told(&["echo", &"00".repeat(64)]).await.contains("another key"));
    }
}
