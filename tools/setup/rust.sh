#!/bin/sh
# Is there a Rust that can build wasmtime? If not, says how to get one; status 3.
set -eu
least=95 # 1.95

say_how() {
    cat >&2 <<TEXT
$1
wasmtime, the WebAssembly engine, needs Rust 1.$least or newer (Debian 12 packages an older one). Its own installer, rustup,
brings it to your home directory: see "Install" at rust-lang.org. If you have rustup already:
    rustup toolchain install stable && rustup default stable
Then open a new shell, so that cargo is on the PATH, and try again.
TEXT
    exit 3
}

version=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
[ -n "$version" ] || say_how "There is no working cargo here."
major=${version%%.*}
minor=${version#*.}
minor=${minor%%.*}
[ "$major" -gt 1 ] || [ "$minor" -ge "$least" ] || say_how "cargo here is $version."
