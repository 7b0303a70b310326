/* Which availability bitfields are good. */
#include "primitives/payload.h"
#include "runtime/para_inherent.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/support.h"
#include "runtime/vec.h"

static bool touches(ph_bits_t bitfield, ph_bits_t cores)
{
    for (size_t i = 0; i < (bitfield.count + 7) / 8; i++)
        if (bitfield.bytes[i] & cores.bytes[i])
            return true;
    return false;
}

void ph_inherent_sanitize_bitfields(ph_rt_t *rt, ph_vec_unchecked_signed_availability_bitfield_t *bitfields,
                                    ph_bits_t disputed_cores, const ph_hash_t *parent, ph_session_index_t session)
{
    ph_signing_context_t context = {.session_index = session, .parent_hash = *parent};
    ph_vec_validator_id_t validators;
    ph_vec_unchecked_signed_availability_bitfield_t kept;
    ph_paras_shared_active_validator_keys_get(rt, &validators);
    ph_vec_alloc(rt, &kept, bitfields->count);
    kept.count = 0;
    uint64_t next = 0; /* validators below it have spoken, or lost their turn */
    for (size_t i = 0; i < bitfields->count; i++) {
        const ph_unchecked_signed_availability_bitfield_t *b = &bitfields->items[i];
        uint32_t index = b->validator_index.v;
        if (b->payload.v.count != disputed_cores.count || touches(b->payload.v, disputed_cores) || index < next ||
            index >= validators.count)
            continue;
        ph_bytes_t payload = ph_payload_of_bitfield(rt->arena, b->payload.v, &context);
        if (ph_host_sr25519_verify(rt, b->signature.bytes, payload, validators.items[index].bytes))
            kept.items[kept.count++] = *b;
        next = (uint64_t)index + 1;
    }
    *bitfields = kept;
}
