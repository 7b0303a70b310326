/* Small modules for tests, as hexadecimal; above each its text, from which wat2wasm --enable-all makes it. */
#ifndef PH_TESTS_WASM_MODULES_H
#define PH_TESTS_WASM_MODULES_H

/* (module (func (result v128) (v128.const i32x4 0 0 0 0))) */
#define MODULE_SIMD "0061736d010000000105016000017b030201000a16011400fd0c000000000000000000000000000000000b"

/* (module (func (result i32 i32) (i32.const 0) (i32.const 0))) */
#define MODULE_MULTI_VALUE "0061736d010000000106016000027f7f030201000a08010600410041000b"

/* (module (func (i32.const 0) (block (param i32) drop))) */
#define MODULE_BLOCK_PARAMS "0061736d0100000001080260000060017f00030201000a0a010800410002011a0b0b"

/* (module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))) */
#define MODULE_BULK_MEMORY "0061736d010000000104016000000302010005030100010a0d010b00410041004101fc0b000b"

/* (module (table 1 externref)) */
#define MODULE_REFERENCE_TYPES "0061736d010000000404016f0001"

/* (module (memory 1 1 shared)) */
#define MODULE_SHARED_MEMORY "0061736d01000000050401030101"

/* (module (func $f return_call $f)) */
#define MODULE_TAIL_CALL "0061736d01000000010401600000030201000a0601040012000b"

/* (module (memory i64 1)) */
#define MODULE_MEMORY64 "0061736d010000000503010401"

/* (module (memory 1) (memory 1)) */
#define MODULE_TWO_MEMORIES "0061736d0100000005050200010001"

/* (module (tag $e) (func throw $e)) */
#define MODULE_EXCEPTIONS "0061736d01000000010401600000030201000d030100000a0601040008000b"

/* (module (func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))) */
#define MODULE_SATURATING "0061736d0100000001050160017d00030201000a090107002000fc001a0b"

/* (module (global i32 (i32.add (i32.const 1) (i32.const 2)))) */
#define MODULE_EXTENDED_CONST "0061736d010000000609017f00410141026a0b"

/* (module (func (export "f") (param i32 i32) (result i64) (i64.extend8_s (i64.extend_i32_u (local.get 0))))) */
#define MODULE_SIGN_EXT "0061736d0100000001070160027f7f017e03020100070501016600000a080106002000adc20b"

/* (module (import "env" "memory" (memory 1 2)) (func (export "grow") (param i32 i32) (result i64) (i64.extend_i32_s
 * (memory.grow (local.get 0))))) */
#define MODULE_IMPORTS_MEMORY                                                                                          \
    "0061736d0100000001070160027f7f017e02100103656e76066d656d6f727902010102030201000708010467726f7700000a09010700"     \
    "20004000ac0b"

/* (module (import "env" "f" (func)) (import "env" "mem" (memory 1)) (import "env" "g" (func))) */
#define MODULE_IMPORTS_MEMORY_ONLY                                                                                     \
    "0061736d01000000010401600000021c0303656e760166000003656e76036d656d02000103656e7601670000"

/* (module (func $s unreachable) (start $s)) */
#define MODULE_START_TRAPS "0061736d01000000010401600000030201000801000a05010300000b"

/* (module (memory 1) (data (i32.const 65536) "x")) */
#define MODULE_SEGMENT_OUTSIDE "0061736d0100000005030100010b090100418080040b0178"

/* (module (memory (export "memory") 200)) */
#define MODULE_BIG_MEMORY "0061736d0100000005040100c801070a01066d656d6f72790200"

/* (module (global $left (mut i32) (i32.const 0))
   (func $down (local i32) (if (global.get $left) (then (global.set $left (i32.sub (global.get $left) (i32.const 1)))
   (call $down)))) (func (export "f") (param i32 i32) (result i64) (global.set $left (local.get 0)) (call $down)
   (i64.const 1)) (func (export "again") (param i32 i32) (result i64) (global.set $left (local.get 0)) (call $down)
   (global.set $left (local.get 0)) (call $down) (i64.const 2))) */
#define MODULE_RECURSIVE                                                                                               \
    "0061736d01000000010a0260000060027f7f017e0304030001010606017f0141000b070d020166000105616761696e00020a30031201"     \
    "017f23000440230041016b240010000b0b0a0020002400100042010b100020002400100020002400100042020b"

/* (module (type $t (func (param i32) (result i32))) (table 1 funcref) (elem (i32.const 0) $f)
   (func $f (type $t) (local i64 i64) (if (result i32) (local.get 0) (then (call_indirect (type $t) (i32.sub (local.get
   0) (i32.const 1)) (i32.const 0))) (else (i32.const 7)))) (func (export "f") (param i32 i32) (result i64)
   (i64.extend_i32_u (call_indirect (type $t) (local.get 0) (i32.const 0))))) */
#define MODULE_INDIRECT                                                                                                \
    "0061736d01000000010c0260017f017f60027f7f017e0303020001040401700001070501016600010907010041000b01000a23021601"     \
    "027e2000047f200041016b41001100000541070b0b0a0020004100110000ad0b"

/* (module (import "env" "add" (func $add (param i32 i64) (result i64))) (import "env" "small" (func $small (result
   i32))) (import "env" "none" (func $none)) (memory (export "memory") 1 3) (data (i32.const 5) "hello") (global (export
   "base") i32 (i32.const 1234)) (global (export "wide") i64 (i64.const 5)) (func (export "f") (param i32 i32) (result
   i64) (i64.add (call $add (local.get 0) (i64.const -1)) (i64.extend_i32_s (call $small)))) (func (export "missing")
   (param i32 i32) (result i64) (call $none) (i64.const 0)) (func (export "other_type") (param i64) (result i64)
   (local.get 0)) (func (export "grow") (param i32 i32) (result i64) (i64.extend_i32_s (memory.grow (local.get 0))))
   (func (export "loop") (param i32 i32) (result i64) (loop $l (br $l)) (i64.const 0))
   (func (export "nan") (param i32 i32) (result i64) (i64.extend_i32_u (i32.reinterpret_f32 (f32.mul
   (f32.reinterpret_i32 (i32.const 0xffc12345)) (f32.const 1)))))) */
#define MODULE_HOST                                                                                                    \
    "0061736d0100000001190560027f7e017e6000017f60000060027f7f017e60017e017e02220303656e7603616464000003656e760573"     \
    "6d616c6c000103656e76046e6f6e650002030706030304030303050401010103060c027f0041d2090b7e0042050b074709066d656d6f"     \
    "72790200046261736503000477696465030101660003076d697373696e6700040a6f746865725f7479706500050467726f770006046c"     \
    "6f6f700007036e616e00080a3d060c002000427f10001001ac7c0b0600100242000b040020000b070020004000ac0b090003400c000b"     \
    "42000b100041c5c6847ebe430000803f94bcad0b0b0b010041050b0568656c6c6f"

/* (module (import "env" "i" (func (param i32) (result i32)))
   (func (i32.const 1) (i32.const 2) (i32.const 3) drop drop drop)
   (func (result i32) i32.const 0 return)
   (func (param i32 i32) (local i64 i64 i64))
   (func (if (i32.const 1) (then (if (i32.const 1) (then i32.const 1 i32.const 2 drop drop)) )))
   (func (loop (br 0) (drop (i32.add (i32.const 1) (i32.const 2)))))
   (func (result i32) unreachable i32.const 0 drop i32.const 0 i32.const 0 i32.add)
   (func (result i32) (block (result i32) (i32.const 1) (br 0) ))
   (func (param i32) (result i32) (block (block (br_table 0 1 0 (local.get 0)))) (select (i32.const 1) (i32.const 2)
   (call 0 (i32.const 3)))) (func (if (result i32) (i32.const 0) (then (unreachable)) (else (i32.const 1) (i32.const 2)
   (i32.add))) drop)
   ) */
#define MODULE_COSTS                                                                                                   \
    "0061736d0100000001120460017f017f6000006000017f60027f7f0002090103656e7601690000030a090102030101020200010a7809"     \
    "0b004101410241031a1a1a0b050041000f0b0401037e0b12004101044041010440410141021a1a0b0b0b0d0003400c00410141026a1a"     \
    "0b0b0b000041001a410041006a0b0900027f41010c000b0b18000240024020000e020001000b0b41014102410310001b0b0f00410004"     \
    "7f0005410141026a0b1a0b"

#endif
