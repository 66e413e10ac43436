/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-key-slot.h"

#include "lan-kdf.h"

#include <sodium.h>
#include <string.h>

#define DEFAULT_MEM_KIB (256u * 1024)
#define DEFAULT_OPS     3u

LanStatus
lan_key_slot_check (const LanKeySlot *slot)
{
  if (slot->kind == LAN_KEY_SLOT_PASSPHRASE) {
    if (slot->mem_kib < LAN_KEY_MEM_MIN_KIB || slot->mem_kib > LAN_KEY_MEM_MAX_KIB ||
        slot->ops < 1 || slot->ops > LAN_KEY_OPS_MAX)
      return LAN_STATUS_LIMIT;
  } else if (slot->kind <= LAN_KEY_SLOT_RECOVERY && (slot->mem_kib != 0 || slot->ops != 0)) {
    return LAN_STATUS_MALFORMED;
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_wrapped_slot_read (LanWrappedSlot *slot, const guint8 bytes[LAN_KEY_SLOT_BYTES])
{
  static const guint8 zeros[4];
  const guint8 *gap, *end;
  LanReader r;

  memcpy (slot->bytes, bytes, sizeof slot->bytes);
  lan_reader_init (&r, bytes, LAN_KEY_SLOT_BYTES);
  slot->head.kind = lan_read_u8 (&r);
  gap = lan_read_span (&r, 3);
  slot->head.mem_kib = lan_read_u32 (&r);
  slot->head.ops = lan_read_u32 (&r);
  end = lan_read_span (&r, 4);
  lan_read_bytes (&r, slot->head.salt, sizeof slot->head.salt);
  if (slot->head.kind <= LAN_KEY_SLOT_RECOVERY &&
      (memcmp (gap, zeros, 3) != 0 || memcmp (end, zeros, 4) != 0))
    return LAN_STATUS_MALFORMED;
  return lan_key_slot_check (&slot->head);
}

static void
write_head (const LanKeySlot *head, guint8 out[LAN_KEY_SLOT_HEAD])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_KEY_SLOT_HEAD);
  lan_write_u8 (&w, head->kind);
  lan_write_zeros (&w, 3);
  lan_write_u32 (&w, head->mem_kib);
  lan_write_u32 (&w, head->ops);
  lan_write_zeros (&w, 4);
  lan_write_bytes (&w, head->salt, sizeof head->salt);
}

/* The cost and the salt are bound too: what was changed in them does not open. */
static void
make_ad (const guint8 *bytes, guint8 ad[8 + LAN_KEY_SLOT_HEAD])
{
  memcpy (ad, LAN_KEY_STORE_MAGIC, 8);
  memcpy (ad + 8, bytes, LAN_KEY_SLOT_HEAD);
}

static void
slot_key (const LanKeySlot *head, const guint8 *input, guint8 key[LAN_KEY_BYTES])
{
  static const guint8 open_to_all[LAN_KEY_BYTES];
  guint8 context[1 + LAN_KEY_SALT_BYTES];

  context[0] = head->kind;
  memcpy (context + 1, head->salt, sizeof head->salt);
  lan_kdf (key, LAN_KEY_BYTES, input != NULL ? input : open_to_all, LAN_KDF_SLOT, context,
           sizeof context);
}

static gboolean
is_input_right (const LanKeySlot *head, const guint8 *input)
{
  return head->kind <= LAN_KEY_SLOT_RECOVERY &&
         (input != NULL) == (head->kind != LAN_KEY_SLOT_NONE);
}

LanStatus
lan_wrapped_slot_wrap (LanWrappedSlot *slot, const guint8 *input,
                       const guint8 master[LAN_KEY_BYTES], const LanRandom *random)
{
  guint8 key[LAN_KEY_BYTES], ad[8 + LAN_KEY_SLOT_HEAD];
  guint8 *nonce = slot->bytes + LAN_KEY_SLOT_HEAD;
  LanStatus status = lan_key_slot_check (&slot->head);

  if (status != LAN_STATUS_OK || !is_input_right (&slot->head, input))
    return status != LAN_STATUS_OK ? status : LAN_STATUS_STATE;
  write_head (&slot->head, slot->bytes);
  lan_random_bytes (random, nonce, LAN_KEY_NONCE_BYTES);
  make_ad (slot->bytes, ad);
  slot_key (&slot->head, input, key);
  crypto_aead_xchacha20poly1305_ietf_encrypt (nonce + LAN_KEY_NONCE_BYTES, NULL, master,
                                              LAN_KEY_BYTES, ad, sizeof ad, NULL, nonce, key);
  sodium_memzero (key, sizeof key);
  return LAN_STATUS_OK;
}

LanStatus
lan_wrapped_slot_unwrap (const LanWrappedSlot *slot, const guint8 *input,
                         guint8 master[LAN_KEY_BYTES])
{
  guint8 key[LAN_KEY_BYTES], ad[8 + LAN_KEY_SLOT_HEAD];
  const guint8 *nonce = slot->bytes + LAN_KEY_SLOT_HEAD;
  int failed;

  if (!is_input_right (&slot->head, input))
    return LAN_STATUS_STATE;
  make_ad (slot->bytes, ad);
  slot_key (&slot->head, input, key);
  failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt (master, NULL, NULL, nonce + LAN_KEY_NONCE_BYTES,
                                                  LAN_KEY_SEALED_BYTES, ad, sizeof ad, nonce, key);
  sodium_memzero (key, sizeof key);
  return failed != 0 ? LAN_STATUS_AUTH : LAN_STATUS_OK;
}

void
lan_key_slot_prepare (LanKeySlot *slot, LanKeySlotKind kind, const LanRandom *random)
{
  *slot = (LanKeySlot){ .kind = (guint8) kind };
  if (kind == LAN_KEY_SLOT_PASSPHRASE) {
    slot->mem_kib = DEFAULT_MEM_KIB;
    slot->ops = DEFAULT_OPS;
  }
  lan_random_bytes (random, slot->salt, sizeof slot->salt);
}

LanStatus
lan_key_stretch (const LanKeySlot *slot, const char *passphrase, guint8 out[LAN_KEY_BYTES])
{
  LanStatus status = lan_key_slot_check (slot);

  if (status != LAN_STATUS_OK)
    return status;
  if (slot->kind != LAN_KEY_SLOT_PASSPHRASE)
    return LAN_STATUS_STATE;
  lan_crypto_init ();
  if (crypto_pwhash (out, LAN_KEY_BYTES, passphrase, strlen (passphrase), slot->salt, slot->ops,
                     (gsize) slot->mem_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return LAN_STATUS_LIMIT;
  return LAN_STATUS_OK;
}
