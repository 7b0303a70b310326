/* Balances: every call, every Error and Event variant by its name or the reason why it cannot occur; dust, existential
 * deposit, reference counts.
 *
 * Errors that nothing here can raise: VestingBalance, ExistingVestingSchedule (pallet-balances itself never does),
 * DeadAccount and TooManyReserves (repatriation and named reserves: no module of this runtime uses them), TooManyHolds
 * (there is one reason, and one place for it), TooManyFreezes (nothing freezes).
 * Events likewise: ReserveRepatriated, Slashed, Minted, MintedCredit, Suspended, Restored, Locked, Unlocked, Frozen,
 * Thawed, BurnedHeld, TransferOnHold, TransferAndHold (nothing in this runtime repatriates, slashes, mints, locks,
 * freezes, or moves what is on hold); Unexpected (BalanceUpdated, FailedToMutateAccount: only where the pallet's own
 * bookkeeping is broken).
 */
#include "support/rt_tx.h"

#include "runtime/currency.h"
#include "runtime/dispatch.h"
#include "runtime/system.h"

#define TOKEN(name)      PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOKEN, PH_TOKEN_ERROR_##name)
#define ARITHMETIC(name) PH_DISPATCH_ERR(PH_DISPATCH_ERROR_ARITHMETIC, PH_ARITHMETIC_ERROR_##name)

static const ph_runtime_hold_reason_t keys_reason = {.kind = PH_RUNTIME_HOLD_REASON_SESSION};

typedef struct world {
    rt_bank_t bank;
    rt_view_t view;
    ph_rt_t *rt;
    ph_account_id_t a, b, nobody;
    ph_origin_t signed_a, root;
} world_t;

/* Inside block 1, with two rich accounts and one that does not exist. */
static void begin(world_t *w)
{
    w->bank = rt_bank_new();
    w->rt = rt_open(&w->view, w->bank.c);
    const ph_digest_t digest = {0};
    assert_int_equal(ph_system_initialize(w->rt, 1, &w->bank.genesis_hash, &digest), PH_OK);
    w->a = w->bank.signers[0].account;
    w->b = w->bank.signers[1].account;
    memset(w->nobody.bytes, 0x77, 32);
    w->signed_a = ph_origin_signed(&w->a);
    w->root = ph_origin_root();
}

static void end(world_t *w)
{
    rt_close(&w->view);
    rt_chain_free(w->bank.c);
}

static ph_account_info_t info(world_t *w, const ph_account_id_t *who)
{
    ph_account_info_t out;
    ph_system_account_get(w->rt, who, &out);
    return out;
}

static ph_balance_t issuance(world_t *w)
{
    ph_balance_t out;
    ph_balances_total_issuance_get(w->rt, &out);
    return out;
}

static size_t seen(world_t *w, ph_event_balances_kind_t kind)
{
    return rt_count_events(w->rt, PH_PALLET_BALANCES, (uint8_t)kind);
}

#define assert_money(a, b) assert_true((a) == (ph_balance_t)(b))

/* ---- transfers ---- */

static void test_transfer_makes_an_account(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t to = rt_address(&w.nobody);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_ED - 1), TOKEN(BELOW_MINIMUM));
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_ED), PH_OK);
    assert_money(info(&w, &w.nobody).data.free, RT_ED);
    assert_int_equal(info(&w, &w.nobody).providers, 1);
    assert_true(info(&w, &w.nobody).data.flags == (ph_u128_t)1 << 127);
    assert_money(info(&w, &w.a).data.free, RT_RICH - RT_ED);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_ENDOWED), 1);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_TRANSFER), 1);
    assert_int_equal(rt_count_events(w.rt, PH_PALLET_SYSTEM, PH_EVENT_SYSTEM_NEW_ACCOUNT), 1);
    assert_money(issuance(&w), 3 * RT_RICH);
    end(&w);
}

static void test_transfer_kills_an_account(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t to = rt_address(&w.b);
    assert_int_equal(ph_balances_call_transfer_keep_alive(w.rt, &w.signed_a, &to, RT_RICH - 7), TOKEN(NOT_EXPENDABLE));
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_RICH - 7), PH_OK);
    assert_false(ph_system_account_exists(w.rt, &w.a));
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_DUST_LOST), 1);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_BURNED_DEBT), 1);
    assert_int_equal(rt_count_events(w.rt, PH_PALLET_SYSTEM, PH_EVENT_SYSTEM_KILLED_ACCOUNT), 1);
    assert_money(issuance(&w), 3 * RT_RICH - 7);
    assert_money(info(&w, &w.b).data.free, 2 * RT_RICH - 7);
    end(&w);
}

static void test_transfer_refusals(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t to = rt_address(&w.b), nowhere = {.kind = PH_MULTI_ADDRESS_INDEX};
    ph_origin_t none = ph_origin_none();
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &none, &to, 1), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &nowhere, 1),
                     PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CANNOT_LOOKUP, 0));
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_RICH + 1),
                     TOKEN(FUNDS_UNAVAILABLE));
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, 3 * RT_RICH + 1),
                     ARITHMETIC(UNDERFLOW));
    assert_int_equal(ph_balances_call_force_transfer(w.rt, &w.signed_a, &to, &to, 1), PH_ERR_BAD_ORIGIN);
    /* To oneself: nothing moves, but it must be possible. */
    ph_multi_address_t self = rt_address(&w.a);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &self, RT_RICH), PH_OK);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_TRANSFER), 0);
    /* Frozen, or needed by others. */
    ph_account_info_t account = info(&w, &w.a);
    account.data.frozen = RT_RICH;
    account.consumers = 1;
    ph_system_account_set(w.rt, &w.a, &account);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_ED), TOKEN(FROZEN));
    account.data.frozen = 0;
    ph_system_account_set(w.rt, &w.a, &account);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_RICH), TOKEN(FROZEN));
    account = info(&w, &w.b);
    account.data.free = ~(ph_balance_t)0;
    ph_system_account_set(w.rt, &w.b, &account);
    assert_int_equal(ph_balances_call_transfer_allow_death(w.rt, &w.signed_a, &to, RT_ED), ARITHMETIC(OVERFLOW));
    end(&w);
}

static void test_transfer_all(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t to = rt_address(&w.b), from = rt_address(&w.a);
    assert_int_equal(ph_balances_call_transfer_all(w.rt, &w.signed_a, &to, true), PH_OK);
    assert_money(info(&w, &w.a).data.free, RT_ED);
    assert_int_equal(ph_balances_call_transfer_all(w.rt, &w.signed_a, &to, false), PH_OK);
    assert_false(ph_system_account_exists(w.rt, &w.a));
    assert_int_equal(ph_balances_call_force_transfer(w.rt, &w.root, &to, &from, RT_RICH), PH_OK);
    assert_money(info(&w, &w.a).data.free, RT_RICH);
    end(&w);
}

/* ---- what root and owners do ---- */

static void test_burn(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    assert_int_equal(ph_balances_call_burn(w.rt, &w.signed_a, RT_RICH - RT_ED + 1, true), TOKEN(FUNDS_UNAVAILABLE));
    assert_int_equal(ph_balances_call_burn(w.rt, &w.signed_a, RT_RICH - RT_ED, true), PH_OK);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_BURNED), 1);
    assert_money(issuance(&w), 2 * RT_RICH + RT_ED);
    assert_int_equal(ph_balances_call_burn(w.rt, &w.signed_a, RT_ED, false), PH_OK);
    assert_false(ph_system_account_exists(w.rt, &w.a));
    assert_money(issuance(&w), 2 * RT_RICH);
    ph_balances_total_issuance_set(w.rt, 5);
    ph_origin_t b = ph_origin_signed(&w.b);
    assert_int_equal(ph_balances_call_burn(w.rt, &b, 6, true), ARITHMETIC(OVERFLOW));
    end(&w);
}

static void test_force_set_balance(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t a = rt_address(&w.a);
    assert_int_equal(ph_balances_call_force_set_balance(w.rt, &w.signed_a, &a, 5), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_balances_call_force_set_balance(w.rt, &w.root, &a, RT_RICH + 9), PH_OK);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_ISSUED), 1);
    assert_money(issuance(&w), 3 * RT_RICH + 9);
    assert_int_equal(ph_balances_call_force_set_balance(w.rt, &w.root, &a, RT_ED - 1), PH_OK);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_RESCINDED), 1);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_BALANCE_SET), 2);
    assert_false(ph_system_account_exists(w.rt, &w.a));
    assert_money(issuance(&w), 2 * RT_RICH);
    /* Not while something is reserved. */
    ph_multi_address_t b = rt_address(&w.b);
    assert_int_equal(ph_currency_reserve(w.rt, &w.b, RT_ED), PH_OK);
    assert_int_equal(ph_balances_call_force_set_balance(w.rt, &w.root, &b, 0),
                     PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CONSUMER_REMAINING, 0));
    end(&w);
}

static void test_adjust_issuance(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    const ph_adjustment_direction_t up = {PH_ADJUSTMENT_DIRECTION_INCREASE}, down = {PH_ADJUSTMENT_DIRECTION_DECREASE};
    assert_int_equal(ph_balances_call_force_adjust_total_issuance(w.rt, &w.root, up, 0), PH_BALANCES_ERR_DELTA_ZERO);
    assert_int_equal(ph_balances_call_force_adjust_total_issuance(w.rt, &w.signed_a, up, 1), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_balances_call_force_adjust_total_issuance(w.rt, &w.root, up, 5), PH_OK);
    assert_money(issuance(&w), 3 * RT_RICH + 5);
    ph_balances_inactive_issuance_set(w.rt, 3 * RT_RICH);
    assert_int_equal(ph_balances_call_force_adjust_total_issuance(w.rt, &w.root, down, 6),
                     PH_BALANCES_ERR_ISSUANCE_DEACTIVATED);
    assert_int_equal(ph_balances_call_force_adjust_total_issuance(w.rt, &w.root, down, 5), PH_OK);
    assert_money(issuance(&w), 3 * RT_RICH);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_TOTAL_ISSUANCE_FORCED), 2);
    end(&w);
}

static void test_upgrade_accounts(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_account_info_t account = info(&w, &w.b);
    account.data.flags = 0;
    account.data.reserved = 5;
    ph_system_account_set(w.rt, &w.b, &account);
    ph_account_id_t who[] = {w.b, w.a};
    ph_vec_account_id_t one = {.items = who, .count = 1}, two = {.items = who, .count = 2};
    assert_int_equal(ph_balances_call_upgrade_accounts(w.rt, &w.signed_a, &one), PH_OK);
    assert_true(w.rt->pays_no);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_UPGRADED), 1);
    assert_int_equal(info(&w, &w.b).consumers, 1);
    assert_int_equal(ph_balances_call_upgrade_accounts(w.rt, &w.signed_a, &two), PH_OK);
    assert_false(w.rt->pays_no);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_UPGRADED), 1);
    end(&w);
}

/* ---- reserves, holds, credits: what modules do ---- */

static void test_reserves(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    ph_multi_address_t a = rt_address(&w.a);
    assert_int_equal(ph_currency_reserve(w.rt, &w.a, RT_RICH + 1), PH_BALANCES_ERR_INSUFFICIENT_BALANCE);
    assert_int_equal(ph_currency_reserve(w.rt, &w.a, RT_RICH - RT_ED), PH_OK);
    assert_int_equal(info(&w, &w.a).consumers, 1);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_RESERVED), 1);
    /* What is reserved keeps the account alive, which cannot live on without its provider. */
    assert_int_equal(ph_currency_reserve(w.rt, &w.a, 1), PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CONSUMER_REMAINING, 0));
    assert_int_equal(ph_balances_call_force_unreserve(w.rt, &w.signed_a, &a, 5), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_balances_call_force_unreserve(w.rt, &w.root, &a, 2 * RT_RICH), PH_OK);
    assert_money(info(&w, &w.a).data.free, RT_RICH);
    assert_int_equal(info(&w, &w.a).consumers, 0);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_UNRESERVED), 1);
    assert_int_equal(ph_currency_reserve(w.rt, &w.nobody, 0), PH_OK);
    end(&w);
}

static void test_holds(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    assert_int_equal(ph_currency_hold(w.rt, &keys_reason, &w.nobody, 5), TOKEN(CANNOT_CREATE_HOLD));
    assert_int_equal(ph_currency_hold(w.rt, &keys_reason, &w.a, RT_RICH), TOKEN(FUNDS_UNAVAILABLE));
    assert_int_equal(ph_currency_hold(w.rt, &keys_reason, &w.a, 100), PH_OK);
    assert_int_equal(ph_currency_hold(w.rt, &keys_reason, &w.a, 50), PH_OK);
    assert_money(info(&w, &w.a).data.reserved, 150);
    assert_int_equal(info(&w, &w.a).consumers, 1);
    ph_vec_balance_hold_t holds;
    ph_balances_holds_get(w.rt, &w.a, &holds);
    assert_int_equal(holds.count, 1);
    assert_money(holds.items[0].amount, 150);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_HELD), 2);
    assert_int_equal(ph_currency_release_all(w.rt, &keys_reason, &w.a), PH_OK);
    assert_money(info(&w, &w.a).data.free, RT_RICH);
    assert_int_equal(info(&w, &w.a).consumers, 0);
    assert_int_equal(ph_balances_holds_count(w.rt, &w.a), 0);
    assert_int_equal(ph_currency_release_all(w.rt, &keys_reason, &w.a), PH_OK); /* nothing, with an event */
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_RELEASED), 2);
    end(&w);
}

static void test_imbalances(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    assert_int_equal(ph_currency_withdraw(w.rt, &w.a, RT_RICH + 1, false), PH_BALANCES_ERR_INSUFFICIENT_BALANCE);
    assert_int_equal(ph_currency_withdraw(w.rt, &w.a, RT_RICH, true), PH_BALANCES_ERR_EXPENDABILITY);
    ph_account_info_t account = info(&w, &w.a);
    account.data.frozen = RT_RICH;
    account.consumers = 1;
    ph_system_account_set(w.rt, &w.a, &account);
    assert_int_equal(ph_currency_withdraw(w.rt, &w.a, 5, true), PH_BALANCES_ERR_LIQUIDITY_RESTRICTIONS);
    assert_int_equal(ph_currency_withdraw(w.rt, &w.b, 5, true), PH_OK);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_WITHDRAW), 1);
    ph_currency_resolve(w.rt, &w.b, 5);
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_DEPOSIT), 1);
    /* ExistentialDeposit: too little to make an account. The error ends inside, and the amount is rescinded. */
    ph_currency_resolve(w.rt, &w.nobody, RT_ED - 1);
    assert_false(ph_system_account_exists(w.rt, &w.nobody));
    assert_int_equal(seen(&w, PH_EVENT_BALANCES_RESCINDED), 1);
    assert_money(issuance(&w), 3 * RT_RICH - RT_ED + 1);
    ph_currency_touch(w.rt, &w.nobody);
    ph_currency_resolve(w.rt, &w.nobody, RT_ED);
    assert_money(info(&w, &w.nobody).data.free, RT_ED);
    assert_int_equal(info(&w, &w.nobody).providers, 2);
    assert_int_equal(ph_currency_deposit_exact(w.rt, &w.b, ~(ph_balance_t)0), ARITHMETIC(OVERFLOW));
    end(&w);
}

static void test_genesis(void **state)
{
    (void)state;
    world_t w;
    begin(&w);
    const ph_genesis_balance_t twice[] = {{w.nobody, RT_ED}, {w.nobody, RT_ED}}, little[] = {{w.nobody, RT_ED - 1}};
    assert_int_equal(ph_balances_genesis_build(w.rt, little, 1), PH_ERR_INTERNAL);
    assert_non_null(strstr(w.rt->panic, "below the existential deposit"));
    assert_int_equal(ph_balances_genesis_build(w.rt, twice, 2), PH_ERR_INTERNAL);
    assert_non_null(strstr(w.rt->panic, "duplicate balances"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_makes_an_account),
        cmocka_unit_test(test_transfer_kills_an_account),
        cmocka_unit_test(test_transfer_refusals),
        cmocka_unit_test(test_transfer_all),
        cmocka_unit_test(test_burn),
        cmocka_unit_test(test_force_set_balance),
        cmocka_unit_test(test_adjust_issuance),
        cmocka_unit_test(test_upgrade_accounts),
        cmocka_unit_test(test_reserves),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_imbalances),
        cmocka_unit_test(test_genesis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
