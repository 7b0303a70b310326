# Constructed types that tools and test vectors name. Nothing sends or stores them.

struct ToolSpellings {
  option_bool: option<bool>
  option_option: option<option<u32>>
  list_of_lists: vec<vec<u16>>
  list_of_units: vec<unit>
  list_of_bytes: vec<bytes>
  list_of_numbers: vec<u32>
  votes: vec<ValidityAttestation>
  tuple: (u8, u16, u32, bool)
  array: [u16; 4]
  outcome: result<u8, u16>
  table: map<u32, bytes>
  compact8: compact<u8>
  compact16: compact<u16>
  compact32: compact<u32>
  compact64: compact<u64>
  compact128: compact<u128>
  numbers: (i8, i16, i32, i64, i128, u64, u128)
  text: string
  flags: bits
}
