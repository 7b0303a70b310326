#!/bin/sh
# Installs the Debian packages that are missing and says why each is wanted: packages.sh run | test | ci.
# `test` includes what `run` needs, `ci` what `test` needs. Uses sudo only where not root. Does nothing if all is there.
set -eu

# group | package | how it is recognised | why
# cmd:NAME a program, lib:NAME a pkg-config module, deb:NAME an installed package
list() {
    clang_version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    cat <<LIST
run|build-essential|deb:build-essential|C compiler, C library headers, make
run|cmake|cmd:cmake|configures the build
run|ninja-build|cmd:ninja|runs the build
run|pkg-config|cmd:pkg-config|finds the libraries
run|python3|cmd:python3|generates codecs, messages and storage accessors from schema/
run|clang|cmd:clang|compiles parachain code and the runtime to WebAssembly
run|lld|cmd:wasm-ld|links WebAssembly
run|libsodium-dev|lib:libsodium|curve arithmetic, ed25519, BLAKE2b
run|libsecp256k1-dev|lib:libsecp256k1|ECDSA
run|libxxhash-dev|lib:libxxhash|the twox hashes of storage keys
run|libzstd-dev|lib:libzstd|compressed WebAssembly blobs
run|zlib1g-dev|lib:zlib|files ending in .gz
run|librocksdb-dev|lib:rocksdb|the store on disk
run|libuv1-dev|lib:libuv|event loop, threads, processes
run|libjansson-dev|lib:jansson|reads JSON
test|libcmocka-dev|lib:cmocka|unit tests
test|valgrind|cmd:valgrind|looks for branches on secrets
test|libclang-rt-${clang_version:-14}-dev|deb:libclang-rt-${clang_version:-14}-dev|libFuzzer and clang's sanitizers
ci|clang-format|cmd:clang-format|checks the format of the C sources
ci|git|cmd:git|tells which files changed
LIST
}

wanted() { # group: is it part of what was asked for?
    case "$asked:$1" in
    *:run | test:test | ci:test | ci:ci) return 0 ;;
    *) return 1 ;;
    esac
}

present() { # how it is recognised
    case "$1" in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
    deb:*) ! command -v dpkg-query >/dev/null 2>&1 || [ "$(dpkg-query -W -f '${db:Status-Status}' "${1#deb:}" 2>/dev/null)" = installed ] ;;
    esac
}

asked=${1:-}
case "$asked" in
run | test | ci) ;;
*)
    echo "usage: packages.sh run | test | ci" >&2
    exit 2
    ;;
esac

missing=$(list | while IFS='|' read -r group package sign why; do
    if wanted "$group" && ! present "$sign"; then
        printf '%s|%s\n' "$package" "$why"
    fi
done)
[ -n "$missing" ] || exit 0

echo "These Debian packages are missing:"
echo "$missing" | while IFS='|' read -r package why; do printf '  %-20s %s\n' "$package" "$why"; done
names=$(echo "$missing" | cut -d'|' -f1 | tr '\n' ' ')
if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is not Debian: please install their counterparts, then try again." >&2
    exit 3
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Without sudo only root can install them: apt-get install $names" >&2
        exit 3
    fi
fi
echo "Installing them${as_root:+ with sudo}."
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names
