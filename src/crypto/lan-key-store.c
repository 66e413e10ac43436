/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-key-store.h"

#include "lan-key-slot.h"

#include <sodium.h>
#include <string.h>

#define HEADER_BYTES 16
#define BODY_VERSION 1
#define TAG_BYTES    16
#define SECRET_MAX   4096 /* of one secret */
#define BODY_MAX     (32 * 1024)

struct _LanKeyStore {
  guint n_slots;
  LanWrappedSlot slots[LAN_KEY_STORE_MAX_SLOTS];
  GBytes *file;    /* what load() was given, until it is unlocked */
  guint8 *secrets; /* guarded: master key, then the body's bytes; NULL while locked */
  gsize body_len;
};

static guint8 *
master_of (const LanKeyStore *store)
{
  return store->secrets;
}

static guint8 *
body_of (const LanKeyStore *store)
{
  return store->secrets + LAN_KEY_BYTES;
}

static guint8 *
guarded_new (void)
{
  guint8 *p;

  lan_crypto_init ();
  p = sodium_malloc (LAN_KEY_BYTES + BODY_MAX);
  if (p == NULL)
    g_error ("no memory for a key");
  memset (p, 0, LAN_KEY_BYTES + BODY_MAX);
  return p;
}

LanKeyStore *
lan_key_store_new (const LanRandom *random)
{
  LanKeyStore *store = g_new0 (LanKeyStore, 1);
  LanWriter w;

  store->secrets = guarded_new ();
  lan_random_bytes (random, master_of (store), LAN_KEY_BYTES);
  lan_writer_init (&w, body_of (store), BODY_MAX);
  lan_write_u32 (&w, BODY_VERSION);
  store->body_len = w.len;
  return store;
}

static LanStatus
read_header (LanKeyStore *store, LanReader *r)
{
  static const guint8 zeros[7];
  const guint8 *magic = lan_read_span (r, 8), *gap;
  guint8 n = lan_read_u8 (r);

  gap = lan_read_span (r, sizeof zeros);
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  if (memcmp (magic, LAN_KEY_STORE_MAGIC, 4) != 0)
    return LAN_STATUS_MALFORMED;
  if (memcmp (magic, LAN_KEY_STORE_MAGIC, 8) != 0)
    return LAN_STATUS_VERSION;
  if (n < 1 || n > LAN_KEY_STORE_MAX_SLOTS || memcmp (gap, zeros, sizeof zeros) != 0)
    return LAN_STATUS_MALFORMED;
  for (; store->n_slots < n; store->n_slots++) {
    const guint8 *bytes = lan_read_span (r, LAN_KEY_SLOT_BYTES);
    LanStatus status;

    if (bytes == NULL)
      return LAN_STATUS_TRUNCATED;
    status = lan_wrapped_slot_read (&store->slots[store->n_slots], bytes);
    if (status != LAN_STATUS_OK)
      return status;
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_key_store_load (LanKeyStore **store, const guint8 *data, gsize len)
{
  g_autoptr (LanKeyStore) loaded = g_new0 (LanKeyStore, 1);
  LanStatus status;
  LanReader r;

  *store = NULL;
  if (len > LAN_KEY_STORE_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  status = read_header (loaded, &r);
  if (status != LAN_STATUS_OK)
    return status;
  if (lan_reader_left (&r) < LAN_KEY_NONCE_BYTES + TAG_BYTES + 4)
    return LAN_STATUS_TRUNCATED;
  if (lan_reader_left (&r) > LAN_KEY_NONCE_BYTES + TAG_BYTES + BODY_MAX)
    return LAN_STATUS_OVERSIZED;
  loaded->file = g_bytes_new (data, len);
  *store = g_steal_pointer (&loaded);
  return LAN_STATUS_OK;
}

void
lan_key_store_free (LanKeyStore *store)
{
  if (store == NULL)
    return;
  g_clear_pointer (&store->file, g_bytes_unref);
  if (store->secrets != NULL)
    sodium_free (store->secrets);
  g_free (store);
}

guint
lan_key_store_n_slots (const LanKeyStore *store)
{
  return store->n_slots;
}

void
lan_key_store_get_slot (const LanKeyStore *store, guint index, LanKeySlot *slot)
{
  g_return_if_fail (index < store->n_slots);
  *slot = store->slots[index].head;
}

int
lan_key_store_find_slot (const LanKeyStore *store, LanKeySlotKind kind)
{
  for (guint i = 0; i < store->n_slots; i++)
    if (store->slots[i].head.kind == kind)
      return (int) i;
  return -1;
}

/* Walks the body to the first entry of @tag; @at is 0 where there is none (a body begins with its
 * version). */
static void
find_entry (const guint8 *body, gsize body_len, guint tag, gsize *at, gsize *len)
{
  LanReader r;

  *at = *len = 0;
  lan_reader_init (&r, body, body_len);
  lan_read_u32 (&r);
  while (lan_reader_left (&r) > 0) {
    gsize start = r.pos;
    guint got = lan_read_u16 (&r);
    gsize entry_len = lan_read_u16 (&r);

    lan_read_span (&r, entry_len);
    if (got == tag) {
      *at = start;
      *len = entry_len;
      return;
    }
  }
}

/* Whole entries, and none twice: of two, which one holds would depend on who looks. */
static LanStatus
check_body (const guint8 *body, gsize len)
{
  guint8 seen[(G_MAXUINT16 + 1) / 8] = { 0 };
  LanReader r;

  lan_reader_init (&r, body, len);
  if (lan_read_u32 (&r) != BODY_VERSION)
    return LAN_STATUS_VERSION;
  while (lan_reader_left (&r) > 0) {
    guint tag = lan_read_u16 (&r);

    lan_read_span (&r, lan_read_u16 (&r));
    if (r.failed || (seen[tag / 8] & 1u << tag % 8) != 0)
      return LAN_STATUS_MALFORMED;
    seen[tag / 8] |= (guint8) (1u << tag % 8);
  }
  return LAN_STATUS_OK;
}

LanStatus
lan_key_store_unlock (LanKeyStore *store, guint index, const guint8 *input)
{
  gsize header_len, file_len;
  const guint8 *file, *nonce;
  guint8 *secrets;
  LanStatus status;

  if (store->file == NULL || index >= store->n_slots)
    return LAN_STATUS_STATE;
  file = g_bytes_get_data (store->file, &file_len);
  header_len = HEADER_BYTES + store->n_slots * LAN_KEY_SLOT_BYTES;
  nonce = file + header_len;
  secrets = guarded_new ();
  status = lan_wrapped_slot_unwrap (&store->slots[index], input, secrets);
  if (status == LAN_STATUS_OK) {
    gsize sealed_len = file_len - header_len - LAN_KEY_NONCE_BYTES;

    if (crypto_aead_xchacha20poly1305_ietf_decrypt (secrets + LAN_KEY_BYTES, NULL, NULL,
                                                    nonce + LAN_KEY_NONCE_BYTES, sealed_len, file,
                                                    header_len, nonce, secrets) != 0)
      status = LAN_STATUS_AUTH;
    store->body_len = sealed_len - TAG_BYTES;
  }
  if (status == LAN_STATUS_OK)
    status = check_body (secrets + LAN_KEY_BYTES, store->body_len);
  if (status != LAN_STATUS_OK) {
    sodium_free (secrets);
    return status;
  }
  store->secrets = secrets;
  g_clear_pointer (&store->file, g_bytes_unref);
  return LAN_STATUS_OK;
}

gboolean
lan_key_store_is_unlocked (const LanKeyStore *store)
{
  return store->secrets != NULL;
}

LanStatus
lan_key_store_add_slot (LanKeyStore *store, const LanKeySlot *slot, const guint8 *input,
                        const LanRandom *random)
{
  LanWrappedSlot wrapped = { .head = *slot };
  LanStatus status;

  if (store->secrets == NULL)
    return LAN_STATUS_STATE;
  if (store->n_slots == LAN_KEY_STORE_MAX_SLOTS)
    return LAN_STATUS_LIMIT;
  status = lan_wrapped_slot_wrap (&wrapped, input, master_of (store), random);
  if (status == LAN_STATUS_OK)
    store->slots[store->n_slots++] = wrapped;
  return status;
}

LanStatus
lan_key_store_remove_slot (LanKeyStore *store, guint index)
{
  if (store->secrets == NULL || index >= store->n_slots)
    return LAN_STATUS_STATE;
  memmove (&store->slots[index], &store->slots[index + 1],
           (store->n_slots - index - 1) * sizeof store->slots[0]);
  store->n_slots--;
  return LAN_STATUS_OK;
}

LanStatus
lan_key_store_renew (LanKeyStore *store, const LanRandom *random)
{
  if (store->secrets == NULL)
    return LAN_STATUS_STATE;
  lan_random_bytes (random, master_of (store), LAN_KEY_BYTES);
  store->n_slots = 0;
  return LAN_STATUS_OK;
}

const guint8 *
lan_key_store_peek_secret (const LanKeyStore *store, LanSecretTag tag, gsize *len)
{
  gsize at;

  *len = 0;
  if (store->secrets == NULL)
    return NULL;
  find_entry (body_of (store), store->body_len, tag, &at, len);
  return at != 0 ? body_of (store) + at + 4 : NULL;
}

const guint8 *
lan_key_store_peek_key (const LanKeyStore *store, LanSecretTag tag)
{
  gsize len;
  const guint8 *bytes = lan_key_store_peek_secret (store, tag, &len);

  return len == LAN_KEY_BYTES ? bytes : NULL;
}

LanStatus
lan_key_store_set_secret (LanKeyStore *store, LanSecretTag tag, const guint8 *bytes, gsize len)
{
  gsize at, old_len, removed;
  guint8 *body;
  LanWriter w;

  if (store->secrets == NULL)
    return LAN_STATUS_STATE;
  body = body_of (store);
  find_entry (body, store->body_len, tag, &at, &old_len);
  removed = at != 0 ? 4 + old_len : 0;
  if (len > SECRET_MAX || store->body_len - removed + 4 + len > BODY_MAX)
    return LAN_STATUS_OVERSIZED;
  if (at != 0)
    memmove (body + at, body + at + removed, store->body_len - at - removed);
  lan_writer_init (&w, body + store->body_len - removed, 4 + len);
  lan_write_u16 (&w, (guint16) tag);
  lan_write_u16 (&w, (guint16) len);
  lan_write_bytes (&w, bytes, len);
  store->body_len += 4 + len - removed;
  sodium_memzero (body + store->body_len, BODY_MAX - store->body_len);
  return LAN_STATUS_OK;
}

GBytes *
lan_key_store_save (const LanKeyStore *store, const LanRandom *random)
{
  gsize header_len = HEADER_BYTES + store->n_slots * LAN_KEY_SLOT_BYTES;
  gsize len = header_len + LAN_KEY_NONCE_BYTES + store->body_len + TAG_BYTES;
  guint8 *file, *nonce;
  LanWriter w;

  if (store->secrets == NULL || store->n_slots == 0)
    return NULL;
  file = g_malloc (len);
  lan_writer_init (&w, file, header_len);
  lan_write_bytes (&w, LAN_KEY_STORE_MAGIC, 8);
  lan_write_u8 (&w, (guint8) store->n_slots);
  lan_write_zeros (&w, 7);
  for (guint i = 0; i < store->n_slots; i++)
    lan_write_bytes (&w, store->slots[i].bytes, LAN_KEY_SLOT_BYTES);
  nonce = file + header_len;
  lan_random_bytes (random, nonce, LAN_KEY_NONCE_BYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt (nonce + LAN_KEY_NONCE_BYTES, NULL, body_of (store),
                                              store->body_len, file, header_len, NULL, nonce,
                                              master_of (store));
  return g_bytes_new_take (file, len);
}
