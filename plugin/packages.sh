# shellcheck shell=bash disable=SC2154
# Finds and installs what is missing on a Debian machine. Sourced by plugin/install and tests/run, which set
# $repository, and asked by cmake/Needs.cmake.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# One sentence for the user, then the end of what the tool said that failed.
fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    if [ -n "${said:-}" ]; then
        printf '%s\n' "$said" | tail -n 20 >&2
    fi
    exit 1
}

# Runs a tool whose words matter where it fails, to be told by `fail`. They are kept in no file: on a full disk there
# would be none just when they matter.
quietly() {
    said=$("$@" 2>&1 </dev/null) && said=
}

progress() {
    printf '%s\n' "$1" >&2
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        progress "This needs root, and there is no sudo: $*"
        return 1
    fi
}

has_program() {
    command -v "$1" >/dev/null
}

has_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] || compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null ||
        compgen -G '/usr/lib*/libclang*.so*' >/dev/null || compgen -G '/usr/lib/*/libclang*.so*' >/dev/null
}

has_wireshark_headers() {
    [ -n "${WIRESHARK_INCLUDE:-}" ] || pkg-config --exists wireshark
}

has_c_compiler() {
    has_program cc && [ -e /usr/include/stdio.h ]
}

# The lowest version of Rust that the project builds with, as Cargo.toml states it.
needed_rust() {
    sed -n 's/^rust-version = "\(.*\)"/\1/p' "$repository/Cargo.toml"
}

at_least() {
    [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

has_new_rust() {
    local program version
    for program in cargo rustc; do
        version=$("$program" --version 2>/dev/null | cut -d ' ' -f 2)
        [ -n "$version" ] && at_least "$version" "$(needed_rust)" || return 1
    done
}

# Where Debian's packages put cargo, empty where they are not installed.
debian_rust() {
    dpkg -L cargo-web cargo 2>/dev/null | sed -n 's#/cargo$##p' | grep -m 1 '/bin$'
}

# Rust's own installer puts cargo where a shell that is not a login shell may not look; and what comes
# first in PATH may be another user's installer, which does not work here, with Debian's behind it.
find_rust() {
    local folder searched=$PATH
    has_new_rust && return
    for folder in "${HOME:-}/.cargo/bin" "$(debian_rust)"; do
        PATH=$folder:$searched
        has_new_rust && return
    done
    PATH=$searched
    return 1
}

# The version that apt would install, empty for none.
candidate() {
    apt-cache policy "$1" | sed -n 's/^  Candidate: //p' | grep -v '(none)'
}

# Debian keeps a newer Rust for its browsers beside its own.
rust_packages() {
    local package
    for package in cargo-web cargo; do
        if at_least "$(candidate "$package" | sed 's/^[0-9]*://')" "$(needed_rust)"; then
            printf '%s %s\n' "$package" "${package/cargo/rustc}"
            return
        fi
    done
    fail "no Rust of version $(needed_rust) or later is here or in the apt archive: install it from https://rustup.rs and run this again."
}

# Prints the packages of the table "PACKAGE CHECK..." on standard input whose check fails.
missing_packages() {
    local package check
    while read -r package check; do
        $check 2>/dev/null || printf '%s\n' "$package"
    done
}

apt_install() {
    has_program apt-get || fail "these Debian packages are missing, and there is no apt-get to install them: $*."
    progress "Installing $* ..."
    # Another apt, as a fresh machine's own, may be at work for some minutes.
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" ||
        fail "apt-get could not install $*; put right what it says, then run this again:"
}

apt_update() {
    if has_program apt-get; then
        progress 'Reading the list of packages ...'
        quietly as_root apt-get update ||
            fail 'apt-get update failed; it takes root, or a user who may use sudo, and a connection:'
    fi
}

# The package moreutils has another program of that name.
has_gnu_parallel() {
    parallel --version | grep -q '^GNU parallel'
}

# Installs those of the table's lines "$@" that are missing.
install_missing() {
    local missing
    missing=$(printf '%s\n' "$@" | missing_packages)
    if [ -n "$missing" ]; then
        apt_update
        # shellcheck disable=SC2086
        apt_install $missing
    fi
}

# What building the plugin takes besides Rust, as that table.
building() {
    cat <<'TABLE'
libwireshark-dev has_wireshark_headers
libglib2.0-dev pkg-config --exists glib-2.0
pkg-config has_program pkg-config
libclang-dev has_libclang
gcc has_c_compiler
libc6-dev test -e /usr/include/stdio.h
TABLE
}

# Sees to everything that building and running the plugin needs; "$@" are further lines of the table.
install_packages() {
    local missing rust=present
    missing=$({
        building
        cat <<'TABLE'
tshark has_program tshark
python3 has_program python3
ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
TABLE
        printf '%s\n' "$@"
    } | missing_packages | sort -u)
    find_rust || rust=missing
    if [ -n "$missing" ] || [ "$rust" = missing ]; then
        apt_update
        if [ "$rust" = missing ]; then
            missing="$missing $(rust_packages)" || exit 1
        fi
        # shellcheck disable=SC2086
        apt_install $missing
    fi
    find_rust || fail "cargo and rustc are still not of version $(needed_rust) or later: put a newer Rust first in PATH."
}
