//! The master key.

use std::os::unix::fs::PermissionsExt as _;

use docket_store::{MasterKey, MasterKeyError, SecretFileError};

#[test]
fn is_made_once_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| MasterKey::load_or_create(&path).unwrap());
        }
    });
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.trim().len(), 64);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    MasterKey::load_or_create(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn is_refused_when_others_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    MasterKey::load_or_create(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let exposed = MasterKey::load_or_create(&path).unwrap_err();
    assert!(matches!(exposed, MasterKeyError::File(SecretFileError::Exposed { mode: 0o640, .. })));
}

#[test]
fn an_empty_file_and_a_folder_are_no_keys_and_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("master.key");
    std::fs::write(&empty, "").unwrap();
    std::fs::set_permissions(&empty, std::fs::Permissions::from_mode(0o600)).unwrap();
    let refused = MasterKey::load_or_create(&empty).unwrap_err();
    assert!(matches!(refused, MasterKeyError::File(SecretFileError::Empty { .. })), "{refused}");
    assert_eq!(std::fs::read(&empty).unwrap(), b"");
    let refused = MasterKey::load_or_create(folder.path()).unwrap_err();
    assert!(matches!(refused, MasterKeyError::File(SecretFileError::Folder { .. })), "{refused}");
}

#[test]
fn has_64_hexadecimal_characters() {
    assert!(MasterKey::from_hex(&"0a".repeat(32), "DOCKET_MASTER_KEY").is_ok());
    for wrong in ["", "0a", &"0a".repeat(33), &"zz".repeat(32)] {
        let refused = MasterKey::from_hex(wrong, "DOCKET_MASTER_KEY").unwrap_err().to_string();
        assert!(refused.starts_with("DOCKET_MASTER_KEY must hold"), "{refused}");
    }
}
