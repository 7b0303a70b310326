/* The validation functions that parahost brings along, built from pvf/. */
#ifndef PH_PVF_BUILTIN_H
#define PH_PVF_BUILTIN_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ph_pvf_adder_wasm[];
extern const size_t ph_pvf_adder_wasm_len;
extern const uint8_t ph_pvf_undying_wasm[];
extern const size_t ph_pvf_undying_wasm_len;
extern const uint8_t ph_pvf_courier_wasm[];
extern const size_t ph_pvf_courier_wasm_len;

#endif
