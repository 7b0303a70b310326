#!/bin/sh
# Builds wasmtime's C API once: build.sh OUT_DIR leaves OUT_DIR/libph_wasmtime.a and OUT_DIR/include/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd)
stamp=$(cat "$here/Cargo.lock" "$here/Cargo.toml" "$here/src/lib.rs" | sha256sum | cut -d' ' -f1)
if [ -f "$out/stamp" ] && [ "$(cat "$out/stamp")" = "$stamp" ] && [ -f "$out/libph_wasmtime.a" ]; then
    exit 0
fi
"$here/../../tools/setup/rust.sh"
echo "wasmtime: building its C API (once, about 3 minutes on 2 cores)"
CARGO_TARGET_DIR="$out/target" cargo build --release --locked --manifest-path "$here/Cargo.toml"
headers=$(ls -d "$out"/target/release/build/wasmtime-c-api-impl-*/out/include | head -n 1)
rm -rf "$out/include"
cp -r "$headers" "$out/include"
cp "$out/target/release/libph_wasmtime.a" "$out/libph_wasmtime.a"
rm -rf "$out/target"
echo "$stamp" >"$out/stamp"
