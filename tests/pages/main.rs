//! Whether the causes' pages and README say what the plugin's own table says.
//!
//! With RSTANALYSIS_BLESS set (`tests/run --bless documentation`) it writes them instead.

mod render;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use render::{TABLE_HEAD, index, page, table};
use rstanalysis::cause::{ALL, Cause};

/// The most lines of a page.
const LONGEST: usize = 75;
const HINT: &str = "write it anew with tests/run --bless documentation";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> PathBuf {
    repository().join("plugin/causes")
}

fn blesses() -> bool {
    env::var_os("RSTANALYSIS_BLESS").is_some()
}

/// All files of the folder, by name.
fn pages() -> BTreeMap<String, String> {
    let pages = ALL
        .iter()
        .map(|cause| (format!("{}.md", cause.name), page(cause)));
    pages.chain([("README.md".to_owned(), index())]).collect()
}

/// README with the table of the causes in its place.
fn readme_with_table(readme: &str) -> String {
    let (before, rest) = readme
        .split_once(TABLE_HEAD)
        .expect("README has the table of the causes");
    let (_, after) = rest
        .split_once("\n\n")
        .expect("README goes on behind the table");
    format!("{before}{}\n{after}", table())
}

fn texts(cause: &Cause) -> [&'static str; 3] {
    [cause.mechanism, cause.pitfalls, cause.considered]
}

#[test]
fn pages_say_what_the_table_says() {
    if blesses() {
        // Pages of causes that are no more go, too.
        let _ = fs::remove_dir_all(folder());
        fs::create_dir_all(folder()).unwrap();
        for (name, text) in pages() {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    let entries = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let found: BTreeMap<String, String> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&pages()), "{HINT}");
    for (name, text) in pages() {
        assert_eq!(found[&name], text, "{name}: {HINT}");
    }
}

#[test]
fn readme_lists_the_causes_and_leads_to_their_pages() {
    let path = repository().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let expected = readme_with_table(&readme);
    if blesses() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(readme, expected, "{HINT}");
    }
}

#[test]
fn names_in_backquotes_are_causes() {
    for cause in ALL {
        for text in texts(cause) {
            for quoted in text.split('`').skip(1).step_by(2) {
                let is_name = quoted
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '_');
                let known = ALL.iter().any(|other| other.name == quoted);
                assert!(!is_name || known, "{}: `{quoted}`", cause.name);
            }
        }
    }
}

#[test]
fn texts_fit_where_the_pages_put_them() {
    for cause in ALL {
        for paragraph in [cause.mechanism, cause.pitfalls] {
            assert!(
                paragraph.ends_with('.') && paragraph.len() > 60,
                "{}",
                cause.name
            );
        }
        // What stands within a sentence, or gets its full stop from the page.
        for part in [
            cause.summary,
            cause.next_step,
            cause.reference,
            cause.considered,
        ] {
            assert!(
                !part.is_empty() && !part.ends_with('.'),
                "{}: {part}",
                cause.name
            );
        }
        // It stands in a table.
        assert!(!cause.summary.contains('|'), "{}", cause.name);
        for (fact, _) in cause.weighs.iter().chain(cause.shared()) {
            let begins = fact
                .what
                .starts_with(|letter: char| letter.is_ascii_uppercase());
            assert!(
                begins && !fact.what.ends_with('.'),
                "{}: {}",
                cause.name,
                fact.what
            );
        }
    }
}

#[test]
fn pages_are_short() {
    for (name, text) in pages() {
        let lines = text.lines().count();
        assert!(
            name == "README.md" || lines <= LONGEST,
            "{name} has {lines} lines"
        );
    }
}
