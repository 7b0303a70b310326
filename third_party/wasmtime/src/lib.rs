//! Re-exports the C API so that its symbols land in the static library.
pub use wasmtime_c_api::*;
