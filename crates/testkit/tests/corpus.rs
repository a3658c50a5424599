//! The manifest of the corpus reads as described.

use testkit::corpus::{Expect, manifest};

#[test]
fn the_manifest_names_files_that_exist_and_knows_both_verdicts() {
    let Some(root) = testkit::corpus() else { return };
    let entries = manifest(&root).unwrap();
    for entry in &entries {
        assert!(root.join(&entry.path).is_file(), "{}", entry.path.display());
    }
    for verdict in [Expect::Accept, Expect::Reject, Expect::Policy] {
        assert!(entries.iter().any(|entry| entry.expect == Some(verdict)), "{verdict:?}");
    }
    for entry in entries.iter().filter(|entry| entry.expect == Some(Expect::Policy)) {
        assert!(entry.first_error_formats_asserted.is_some(), "{}", entry.path.display());
    }
}
