/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The key store. Byte 0 even: the rest is a file. Odd: the rest is the body of a file that is sealed
 * properly, so that the decoder behind the seal is reached as well.
 */
#include "lan-key-slot.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GByteArray *
seal_body (const guint8 *body, gsize len, const LanRandom *random)
{
  GByteArray *file = g_byte_array_new ();
  guint8 header[16] = "LYKS0001", nonce[LAN_KEY_NONCE_BYTES] = { 1 }, master[LAN_KEY_BYTES] = { 2 };
  LanWrappedSlot slot = { .head = { .kind = LAN_KEY_SLOT_NONE } };
  g_autofree guint8 *sealed = g_malloc (len + 16);

  header[8] = 1;
  g_assert (lan_wrapped_slot_wrap (&slot, NULL, master, random) == LAN_STATUS_OK);
  g_byte_array_append (file, header, sizeof header);
  g_byte_array_append (file, slot.bytes, sizeof slot.bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed, NULL, body, len, file->data, file->len, NULL,
                                              nonce, master);
  g_byte_array_append (file, nonce, sizeof nonce);
  g_byte_array_append (file, sealed, (guint) len + 16);
  return file;
}

static void
exercise (LanKeyStore *store, const LanRandom *random)
{
  static const guint8 key[LAN_KEY_BYTES] = { 7 };
  gsize len;

  for (guint i = 0; i < lan_key_store_n_slots (store); i++) {
    LanKeySlot slot;
    LanStatus status;

    lan_key_store_get_slot (store, i, &slot);
    g_assert (lan_key_slot_check (&slot) == LAN_STATUS_OK);
    status = lan_key_store_unlock (store, i, slot.kind == LAN_KEY_SLOT_NONE ? NULL : key);
    g_assert (status != LAN_STATUS_OK || lan_key_store_is_unlocked (store));
  }
  for (guint tag = 0; tag < 8; tag++)
    lan_key_store_peek_secret (store, tag, &len);
  if (lan_key_store_set_secret (store, LAN_SECRET_DB_KEY, key, sizeof key) == LAN_STATUS_OK) {
    g_autoptr (GBytes) file = lan_key_store_save (store, random);

    g_assert (lan_key_store_peek_key (store, LAN_SECRET_DB_KEY) != NULL);
    g_assert (file != NULL);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) file = NULL;
  LanSeededRandom random;
  LanKeyStore *store;

  if (size < 1 || size > LAN_KEY_STORE_MAX_BYTES + 100)
    return 0;
  lan_crypto_init ();
  lan_seeded_random_init (&random, 1);
  if (data[0] % 2 == 1) {
    file = seal_body (data + 1, size - 1, &random.base);
  } else {
    file = g_byte_array_new ();
    g_byte_array_append (file, data + 1, (guint) size - 1);
  }
  if (lan_key_store_load (&store, file->data, file->len) == LAN_STATUS_OK)
    exercise (store, &random.base);
  lan_key_store_free (store);
  return 0;
}
