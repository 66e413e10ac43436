/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-key-store.h"

#include <string.h>

static void
save_and_load (const LanKeyStore *store, const LanRandom *random, LanKeyStore **loaded)
{
  g_autoptr (GBytes) file = lan_key_store_save (store, random);
  gsize len;
  const guint8 *data;

  g_assert_nonnull (file);
  data = g_bytes_get_data (file, &len);
  g_assert_cmpint (lan_key_store_load (loaded, data, len), ==, LAN_STATUS_OK);
  g_assert_false (lan_key_store_is_unlocked (*loaded));
}

static LanKeyStore *
store_with_secret (LanSeededRandom *random)
{
  LanKeyStore *store = lan_key_store_new (&random->base);
  guint8 seed[LAN_KEY_BYTES];

  memset (seed, 0x5e, sizeof seed);
  g_assert_cmpint (lan_key_store_set_secret (store, LAN_SECRET_ACCOUNT_SEED, seed, sizeof seed), ==,
                   LAN_STATUS_OK);
  return store;
}

static void
check_secret (const LanKeyStore *store)
{
  const guint8 *seed = lan_key_store_peek_key (store, LAN_SECRET_ACCOUNT_SEED);

  g_assert_nonnull (seed);
  g_assert_cmpuint (seed[0], ==, 0x5e);
  g_assert_cmpuint (seed[31], ==, 0x5e);
}

static void
add (LanKeyStore *store, LanKeySlotKind kind, const guint8 *input, const LanRandom *random)
{
  LanKeySlot slot;

  lan_key_slot_prepare (&slot, kind, random);
  g_assert_cmpint (lan_key_store_add_slot (store, &slot, input, random), ==, LAN_STATUS_OK);
}

static void
test_slots (void)
{
  guint8 key[LAN_KEY_BYTES] = { 1 }, wrong[LAN_KEY_BYTES] = { 2 };
  g_autoptr (LanKeyStore) store = NULL, loaded = NULL, again = NULL;
  LanSeededRandom random;
  LanKeySlot slot;

  lan_seeded_random_init (&random, 31);
  store = store_with_secret (&random);
  g_assert_null (lan_key_store_save (store, &random.base)); /* no way in */
  add (store, LAN_KEY_SLOT_NONE, NULL, &random.base);
  save_and_load (store, &random.base, &loaded);
  g_assert_null (lan_key_store_peek_key (loaded, LAN_SECRET_ACCOUNT_SEED));
  g_assert_null (lan_key_store_save (loaded, &random.base));
  g_assert_cmpint (lan_key_store_set_secret (loaded, LAN_SECRET_DB_KEY, key, 32), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, key), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_key_store_unlock (loaded, 1, NULL), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, NULL), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, NULL), ==, LAN_STATUS_STATE);
  check_secret (loaded);

  /* A key ring's key comes in, the open slot goes. */
  add (loaded, LAN_KEY_SLOT_EXTERNAL, key, &random.base);
  g_assert_cmpint (lan_key_store_remove_slot (loaded, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_find_slot (loaded, LAN_KEY_SLOT_NONE), ==, -1);
  g_assert_cmpint (lan_key_store_find_slot (loaded, LAN_KEY_SLOT_EXTERNAL), ==, 0);
  add (loaded, LAN_KEY_SLOT_RECOVERY, wrong, &random.base);
  save_and_load (loaded, &random.base, &again);
  g_assert_cmpuint (lan_key_store_n_slots (again), ==, 2);
  lan_key_store_get_slot (again, 1, &slot);
  g_assert_cmpuint (slot.kind, ==, LAN_KEY_SLOT_RECOVERY);
  g_assert_cmpint (lan_key_store_unlock (again, 0, wrong), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_key_store_unlock (again, 0, NULL), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_key_store_unlock (again, 1, wrong), ==, LAN_STATUS_OK);
  check_secret (again);
}

/* After 'the passphrase leaked' an old slot with an old file's wrap opens nothing new. */
static void
test_renew (void)
{
  g_autoptr (LanKeyStore) store = NULL, loaded = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  g_autofree guint8 *mixed = NULL;
  LanSeededRandom random;
  LanKeyStore *forged;
  gsize len;

  lan_seeded_random_init (&random, 32);
  store = store_with_secret (&random);
  add (store, LAN_KEY_SLOT_NONE, NULL, &random.base);
  before = lan_key_store_save (store, &random.base);
  g_assert_cmpint (lan_key_store_renew (store, &random.base), ==, LAN_STATUS_OK);
  g_assert_cmpuint (lan_key_store_n_slots (store), ==, 0);
  add (store, LAN_KEY_SLOT_NONE, NULL, &random.base);
  after = lan_key_store_save (store, &random.base);
  mixed = g_memdup2 (g_bytes_get_data (after, &len), g_bytes_get_size (after));
  memcpy (mixed + 16, (const guint8 *) g_bytes_get_data (before, NULL) + 16, 104);
  g_assert_cmpint (lan_key_store_load (&forged, mixed, len), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_unlock (forged, 0, NULL), ==, LAN_STATUS_AUTH);
  lan_key_store_free (forged);
  save_and_load (store, &random.base, &loaded);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, NULL), ==, LAN_STATUS_OK);
  check_secret (loaded);
}

static void
test_passphrase (void)
{
  g_autoptr (LanKeyStore) store = NULL, loaded = NULL;
  guint8 right[LAN_KEY_BYTES], wrong[LAN_KEY_BYTES];
  LanSeededRandom random;
  LanKeySlot slot;

  lan_seeded_random_init (&random, 33);
  store = store_with_secret (&random);
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_PASSPHRASE, &random.base);
  g_assert_cmpuint (slot.mem_kib, ==, 256 * 1024);
  slot.mem_kib = 64 * 1024;
  slot.ops = 1;
  g_assert_cmpint (lan_key_stretch (&slot, "correct horse", right), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_stretch (&slot, "Correct horse", wrong), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_add_slot (store, &slot, NULL, &random.base), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_key_store_add_slot (store, &slot, right, &random.base), ==, LAN_STATUS_OK);
  save_and_load (store, &random.base, &loaded);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, wrong), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, right), ==, LAN_STATUS_OK);
  check_secret (loaded);
  slot.kind = LAN_KEY_SLOT_EXTERNAL;
  g_assert_cmpint (lan_key_stretch (&slot, "x", right), ==, LAN_STATUS_MALFORMED);
  slot.mem_kib = slot.ops = 0;
  g_assert_cmpint (lan_key_stretch (&slot, "x", right), ==, LAN_STATUS_STATE);
}

/* T38: costs outside the bounds are refused on reading, before anybody pays them. */
static void
test_t38_costs (void)
{
  static const struct {
    guint32 mem, ops;
    LanStatus status;
  } costs[] = {
    { 64 * 1024, 1, LAN_STATUS_OK },
    { 1024 * 1024, 10, LAN_STATUS_OK },
    { 64 * 1024 - 1, 3, LAN_STATUS_LIMIT },
    { 1024 * 1024 + 1, 3, LAN_STATUS_LIMIT },
    { G_MAXUINT32, 3, LAN_STATUS_LIMIT },
    { 0, 0, LAN_STATUS_LIMIT },
    { 64 * 1024, 0, LAN_STATUS_LIMIT },
    { 64 * 1024, 11, LAN_STATUS_LIMIT },
    { 64 * 1024, G_MAXUINT32, LAN_STATUS_LIMIT },
  };
  g_autoptr (LanKeyStore) store = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autofree guint8 *bytes = NULL;
  guint8 key[LAN_KEY_BYTES] = { 1 };
  LanSeededRandom random;
  gsize len;

  lan_seeded_random_init (&random, 34);
  store = store_with_secret (&random);
  add (store, LAN_KEY_SLOT_PASSPHRASE, key, &random.base);
  file = lan_key_store_save (store, &random.base);
  bytes = g_memdup2 (g_bytes_get_data (file, &len), g_bytes_get_size (file));
  for (guint i = 0; i < G_N_ELEMENTS (costs); i++) {
    guint32 mem = GUINT32_TO_LE (costs[i].mem), ops = GUINT32_TO_LE (costs[i].ops);
    LanKeyStore *loaded;

    memcpy (bytes + 20, &mem, 4);
    memcpy (bytes + 24, &ops, 4);
    g_assert_cmpint (lan_key_store_load (&loaded, bytes, len), ==, costs[i].status);
    /* A cost within the bounds that is not the one it was wrapped with does not open either. */
    if (loaded != NULL)
      g_assert_cmpint (lan_key_store_unlock (loaded, 0, key), ==, LAN_STATUS_AUTH);
    lan_key_store_free (loaded);
  }
}

/* Every byte flipped, every length cut: an error, never secrets. */
static void
test_damage (void)
{
  g_autoptr (LanKeyStore) store = NULL;
  g_autoptr (GBytes) file = NULL;
  LanSeededRandom random;
  gsize len;

  lan_seeded_random_init (&random, 35);
  store = store_with_secret (&random);
  add (store, LAN_KEY_SLOT_NONE, NULL, &random.base);
  file = lan_key_store_save (store, &random.base);
  len = g_bytes_get_size (file);
  for (gsize i = 0; i < 2 * len; i++) {
    gsize n = i < len ? len : i - len;
    g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (file, NULL), n);
    LanKeyStore *loaded;

    if (i < len)
      bytes[i] ^= 0x20;
    if (lan_key_store_load (&loaded, bytes, n) == LAN_STATUS_OK)
      g_assert_cmpint (lan_key_store_unlock (loaded, 0, NULL), !=, LAN_STATUS_OK);
    lan_key_store_free (loaded);
  }
}

static void
test_secrets (void)
{
  g_autoptr (LanKeyStore) store = NULL, loaded = NULL;
  guint8 big[4097] = { 7 };
  LanSeededRandom random;
  LanStatus status = LAN_STATUS_OK;
  const guint8 *got;
  gsize len;

  lan_seeded_random_init (&random, 36);
  store = store_with_secret (&random);
  g_assert_cmpint (lan_key_store_set_secret (store, 999, big, 700), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_set_secret (store, LAN_SECRET_DB_KEY, big, 32), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_set_secret (store, LAN_SECRET_DB_KEY, big + 1, 32), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_set_secret (store, 999, big, 800), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_key_store_set_secret (store, 5, big, sizeof big), ==, LAN_STATUS_OVERSIZED);
  add (store, LAN_KEY_SLOT_NONE, NULL, &random.base);
  save_and_load (store, &random.base, &loaded);
  g_assert_cmpint (lan_key_store_unlock (loaded, 0, NULL), ==, LAN_STATUS_OK);
  check_secret (loaded);
  got = lan_key_store_peek_secret (loaded, 999, &len);
  g_assert_cmpuint (len, ==, 800);
  g_assert_cmpuint (got[0], ==, 7);
  g_assert_null (lan_key_store_peek_key (loaded, 999));
  g_assert_cmpuint (lan_key_store_peek_key (loaded, LAN_SECRET_DB_KEY)[0], ==, 0);
  g_assert_null (lan_key_store_peek_secret (loaded, 1234, &len));
  for (guint tag = 2000; status == LAN_STATUS_OK; tag++)
    status = lan_key_store_set_secret (loaded, tag, big, 4096);
  g_assert_cmpint (status, ==, LAN_STATUS_OVERSIZED);
  check_secret (loaded);
  for (guint i = 1; i < LAN_KEY_STORE_MAX_SLOTS; i++)
    add (loaded, LAN_KEY_SLOT_NONE, NULL, &random.base);
  {
    LanKeySlot slot;

    lan_key_slot_prepare (&slot, LAN_KEY_SLOT_NONE, &random.base);
    g_assert_cmpint (lan_key_store_add_slot (loaded, &slot, NULL, &random.base), ==,
                     LAN_STATUS_LIMIT);
  }
}

void
add_key_store_tests (void)
{
  g_test_add_func ("/crypto/key-store/slots", test_slots);
  g_test_add_func ("/crypto/key-store/renew", test_renew);
  g_test_add_func ("/crypto/key-store/passphrase", test_passphrase);
  g_test_add_func ("/crypto/key-store/t38-costs", test_t38_costs);
  g_test_add_func ("/crypto/key-store/damage", test_damage);
  g_test_add_func ("/crypto/key-store/secrets", test_secrets);
}
