//! Builds the C glue in plugin/ and the Rust side of plugin/rstanalysis.h, for feature `plugin`.
//!
//! Wireshark's headers come from pkg-config, or, for another version than the installed one, from
//! WIRESHARK_INCLUDE (the folder that holds ws_version.h; glib's still come from pkg-config).

#[cfg(not(feature = "plugin"))]
fn main() {}

#[cfg(feature = "plugin")]
fn main() {
    plugin::build();
}

#[cfg(feature = "plugin")]
mod plugin {
    use std::env;
    use std::path::PathBuf;
    use std::process::Command;

    const SOURCES: [&str; 9] = [
        "plugin/register.c",
        "plugin/read.c",
        "plugin/render.c",
        "plugin/preferences.c",
        "plugin/statistics.c",
        "plugin/cause_tree.c",
        "plugin/conversation_table.c",
        "plugin/version.c",
        "plugin/fault.c",
    ];
    const HEADERS: [&str; 5] = [
        "wrapper.h",
        "plugin/rstanalysis.h",
        "plugin/glue.h",
        "plugin/statistics.h",
        "plugin/compat.h",
    ];

    pub fn build() {
        println!("cargo::rerun-if-env-changed=WIRESHARK_INCLUDE");
        for file in SOURCES.iter().chain(&HEADERS) {
            println!("cargo::rerun-if-changed={file}");
        }
        let includes = include_folders();
        // Another version of the headers, and the plugin has to be another one. Their folder is watched: packages
        // give the files in it the time at which the package was made, which may be before this build.
        let headers = |folder: &&PathBuf| folder.join("ws_version.h").exists();
        for folder in includes.iter().filter(headers) {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
        // Nobody calls what is in plugin/version.c, so the linker has to be told that it is needed.
        println!("cargo::rustc-link-arg-cdylib=-Wl,--undefined=rst_check_version");
        compile_glue(&includes);
        generate_bindings(&includes);
    }

    fn include_folders() -> Vec<PathBuf> {
        match env::var_os("WIRESHARK_INCLUDE") {
            Some(folder) => {
                let mut includes = vec![PathBuf::from(folder)];
                includes.extend(pkg_config("glib-2.0"));
                includes
            }
            None => pkg_config("wireshark"),
        }
    }

    fn pkg_config(package: &str) -> Vec<PathBuf> {
        let advice = "install it (Debian: apt-get install libwireshark-dev libglib2.0-dev pkg-config), \
                      set WIRESHARK_INCLUDE, or build the core alone with --no-default-features";
        let output = Command::new("pkg-config")
            .args(["--cflags-only-I", package])
            .output();
        let output =
            output.unwrap_or_else(|error| panic!("pkg-config does not run ({error}): {advice}"));
        if !output.status.success() {
            panic!("pkg-config does not know {package}: {advice}");
        }
        let flags = String::from_utf8_lossy(&output.stdout).into_owned();
        flags
            .split_whitespace()
            .filter_map(|flag| flag.strip_prefix("-I"))
            .map(PathBuf::from)
            .collect()
    }

    fn compile_glue(includes: &[PathBuf]) {
        let mut glue = cc::Build::new();
        glue.files(SOURCES)
            .std("c11")
            .warnings(true)
            .extra_warnings(true)
            .warnings_into_errors(true);
        for folder in includes {
            // -isystem: warnings of foreign headers are not ours to mend.
            glue.flag("-isystem").flag(folder);
        }
        if env::var_os("CARGO_FEATURE_FAULT_INJECTION").is_some() {
            glue.define("RST_FAULT_INJECTION", None);
        }
        glue.compile("rstanalysis_glue");
    }

    fn generate_bindings(includes: &[PathBuf]) {
        let folders = includes
            .iter()
            .map(|folder| format!("-I{}", folder.display()));
        let bindings = bindgen::Builder::default()
            .header("wrapper.h")
            .clang_args(folders)
            // Our own interface and the version, nothing of epan: no Rust code may call it.
            .allowlist_item("rst_.*")
            .allowlist_item("RST_.*")
            .allowlist_var("WIRESHARK_VERSION_M(AJOR|INOR)")
            .derive_default(true)
            .generate()
            .unwrap_or_else(|error| panic!("bindgen can't read wrapper.h: {error}"));
        let folder = env::var_os("OUT_DIR")
            .map(PathBuf::from)
            .unwrap_or_default();
        if let Err(error) = bindings.write_to_file(folder.join("bindings.rs")) {
            panic!("can't write the bindings: {error}");
        }
    }
}
