//! Files that hold a secret: keys, tokens, passwords. One reader for all of them.
//!
//! What lies in a file is the same whatever wrote it: line breaks that editors and `echo` put behind a secret are no part of it, and
//! a file that holds nothing, or far more than any secret, is the wrong one. A folder, too. Whoever else of the machine can read it
//! has the secret: a key that Docket made for its owner alone, or was told to be such, is refused then; what a setting names is
//! mounted with whatever mode an orchestrator gives it, and the operator is told.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// More than any key, token or credentials file has.
const MOST_BYTES: u64 = 64 * 1024;

/// A file that should hold a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It cannot be read, or is not there.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a folder.
    #[error("{path} is a folder; name the file in it")]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Others may read it.
    #[error("{path} can be read by others (mode {mode:o}); make it private with: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds nothing but blanks.
    #[error("{path}: the file is empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It holds more than a secret has.
    #[error("{path}: the file has more than {MOST_BYTES} bytes, which no secret has")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It does not hold text.
    #[error("{path}: the file does not hold text")]
    NotText {
        /// The file.
        path: PathBuf,
    },
}

/// What becomes of a file that others may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// It is refused.
    Refused,
    /// It is used, and the log tells.
    Told,
    /// Everybody may know what is in it, a public key, say.
    Harmless,
}

/// What such a file holds.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SecretFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`SecretFileError`], which names the file and nothing of what is in it.
    pub fn read(path: &Path, exposure: Exposure) -> Result<Self, SecretFileError> {
        let path = path.to_owned();
        let unreadable = |source| SecretFileError::Unreadable { path: path.clone(), source };
        let file = File::open(&path).map_err(unreadable)?;
        // Of what was opened, whatever the name leads to by now.
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(SecretFileError::Folder { path });
        }
        // A pipe has a mode too, and nobody else at its end.
        let mode = metadata.mode() & 0o777;
        if metadata.is_file() && mode & 0o077 != 0 {
            match exposure {
                Exposure::Refused => return Err(SecretFileError::Exposed { path, mode }),
                Exposure::Told => {
                    let (file, mode) = (path.display(), format!("{mode:o}"));
                    tracing::warn!(%file, mode, "others can read a file that holds a secret; make it private: chmod 600");
                }
                Exposure::Harmless => {}
            }
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(SecretFileError::TooLarge { path });
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(SecretFileError::Empty { path });
        }
        Ok(Self { path, bytes })
    }

    /// Every byte: of a key in a binary form the last may look like a line break.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The secret, without line breaks behind it.
    pub fn secret(&self) -> &[u8] {
        without_line_breaks(&self.bytes)
    }

    /// The secret as text.
    ///
    /// # Errors
    /// [`SecretFileError::NotText`].
    pub fn text(&self) -> Result<&str, SecretFileError> {
        std::str::from_utf8(self.secret()).map_err(|_| SecretFileError::NotText { path: self.path.clone() })
    }
}

/// A secret without the line breaks that editors and `echo` put behind it, wherever it comes from.
pub fn without_line_breaks(secret: &[u8]) -> &[u8] {
    let end = secret.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    &secret[..end]
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(holds: impl AsRef<[u8]>, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), holds).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_secret_is_the_same_whatever_wrote_the_file() {
        for text in ["s3cret", "s3cret\n", "s3cret\r\n", "s3cret\n\n"] {
            let file = file(text, 0o600);
            let read = SecretFile::read(file.path(), Exposure::Refused).unwrap();
            assert_eq!((read.secret(), read.text().unwrap()), (b"s3cret".as_slice(), "s3cret"), "{text:?}");
            assert_eq!(read.bytes(), text.as_bytes());
            assert!(!format!("{read:?}").contains("s3cret"));
        }
        // Blanks are part of it: somebody's password may begin or end with one.
        let file = file(" two words \n", 0o600);
        assert_eq!(SecretFile::read(file.path(), Exposure::Refused).unwrap().secret(), b" two words ");
    }

    #[test]
    fn who_else_can_read_it_is_refused_or_told() {
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o777] {
            let file = file("s3cret", mode);
            let refused = SecretFile::read(file.path(), Exposure::Refused).unwrap_err();
            assert!(matches!(refused, SecretFileError::Exposed { mode: found, .. } if found == mode), "{refused}");
            assert!(refused.to_string().contains(&format!("{mode:o}")) && !refused.to_string().contains("s3cret"));
            for exposure in [Exposure::Told, Exposure::Harmless] {
                assert_eq!(SecretFile::read(file.path(), exposure).unwrap().secret(), b"s3cret");
            }
        }
        for mode in [0o600, 0o400] {
            assert!(SecretFile::read(file("s3cret", mode).path(), Exposure::Refused).is_ok());
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let refused = |path: &Path| SecretFile::read(path, Exposure::Told).unwrap_err();
        assert!(matches!(refused(folder.path()), SecretFileError::Folder { .. }));
        assert!(matches!(refused(&missing), SecretFileError::Unreadable { .. }));
        for empty in ["", "\n", " \t\r\n"] {
            assert!(matches!(refused(file(empty, 0o600).path()), SecretFileError::Empty { .. }), "{empty:?}");
        }
        let most = usize::try_from(MOST_BYTES).unwrap();
        assert!(matches!(refused(file(vec![b'x'; most + 1], 0o600).path()), SecretFileError::TooLarge { .. }));
        assert!(SecretFile::read(file(vec![b'x'; most], 0o600).path(), Exposure::Refused).is_ok());
        let binary = file([0xff, 0xfe], 0o600);
        assert_eq!(SecretFile::read(binary.path(), Exposure::Refused).unwrap().bytes(), [0xff, 0xfe]);
        let read = SecretFile::read(binary.path(), Exposure::Refused).unwrap();
        assert!(matches!(read.text(), Err(SecretFileError::NotText { .. })));
        assert!(refused(&missing).to_string().contains(&missing.display().to_string()));
        // An endless one is read no further than it need be.
        assert!(matches!(refused(Path::new("/dev/zero")), SecretFileError::TooLarge { .. }));
    }
}
