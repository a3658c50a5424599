//! Words that have no place in a tracked file: paths of one machine, hosts of a registry, marks of unfinished work.

use std::{fs, path::Path, process::Command};

/// A word, and where it has to stand to count.
struct Word {
    text: &'static str,
    why: &'static str,
    /// A path counts where it begins; `https://example.com/home/` is an address, not a path.
    begins_a_path: bool,
}

/// The words are put together here so that this file does not contain them.
const WORDS: &[Word] = &[
    path(concat!("/wo", "rk/")),
    path(concat!("/ro", "ot/")),
    path(concat!("/ho", "me/")),
    registry(concat!("index.cra", "tes.io")),
    registry(concat!("static.cra", "tes.io")),
    unfinished(concat!("to", "do!(")),
    unfinished(concat!("unimple", "mented!(")),
    unfinished(concat!("FIX", "ME")),
];

const fn path(text: &'static str) -> Word {
    Word { text, why: "a path of one machine", begins_a_path: true }
}

const fn registry(text: &'static str) -> Word {
    Word { text, why: "the host of a registry; cargo knows where crates come from", begins_a_path: false }
}

const fn unfinished(text: &'static str) -> Word {
    Word { text, why: "a mark of unfinished work", begins_a_path: false }
}

/// Every line of `text` with a word that does not belong, as `file:line: word: why`.
fn complaints(file: &str, text: &str) -> Vec<String> {
    let lines = (1..).zip(text.lines());
    let found = lines.flat_map(|(number, line)| {
        let words = WORDS.iter().filter(move |word| stands_in(line, word));
        words.map(move |word| format!("{file}:{number}: `{}`: {}", word.text, word.why))
    });
    found.collect()
}

fn stands_in(line: &str, word: &Word) -> bool {
    line.match_indices(word.text).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !word.begins_a_path || !before.is_some_and(|char| char.is_alphanumeric() || "._-/*}])".contains(char))
    })
}

/// The tracked files, or why they are not known.
fn tracked(root: &Path) -> Result<Vec<String>, String> {
    let listed = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output();
    let output = listed.map_err(|error| format!("git does not run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

#[test]
fn no_tracked_file_contains_a_word_that_does_not_belong() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = match tracked(root) {
        Ok(files) => files,
        Err(reason) => {
            eprintln!("SKIPPED: the tracked files are not known: {reason}");
            return;
        }
    };
    assert!(files.iter().any(|file| file == "Cargo.toml"), "git lists the files of another directory");

    // A binary file, or one that was just deleted, has no lines to look at.
    let texts = files.iter().filter_map(|file| Some((file, fs::read_to_string(root.join(file)).ok()?)));
    let found: Vec<String> = texts.flat_map(|(file, text)| complaints(file, &text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_word_is_found_where_it_stands() {
    for word in WORDS {
        let text = format!("a line\nsee {}x\n", word.text);
        assert_eq!(complaints("notes.md", &text), [format!("notes.md:2: `{}`: {}", word.text, word.why)]);
    }
}

#[test]
fn a_path_inside_an_address_is_no_path_of_a_machine() {
    for word in WORDS.iter().filter(|word| word.begins_a_path) {
        let text = format!("https://example.com{0}a ../b{0}c [d]{0}", word.text);
        assert_eq!(complaints("notes.md", &text), [""; 0]);
    }
}
