/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-group-key.h"

#include "lan-bytes.h"
#include "lan-cipher.h"
#include "lan-identity.h"
#include "lan-kdf.h"

#include <sodium.h>
#include <string.h>

#define CONTEXT_BYTES (LAN_CONVERSATION_ID_BYTES + LAN_DEVICE_ID_BYTES + LAN_HASH_BYTES + 4)

void
lan_group_id_compute (LanConversationId *out, const LanAccountId *founder,
                      const guint8 nonce[LAN_GROUP_NONCE_BYTES])
{
  static const char tag[] = "LY1 group";
  guint8 all[sizeof tag - 1 + LAN_ACCOUNT_ID_BYTES + LAN_GROUP_NONCE_BYTES];
  LanWriter w;

  lan_writer_init (&w, all, sizeof all);
  lan_write_bytes (&w, tag, sizeof tag - 1);
  lan_write_bytes (&w, founder->b, sizeof founder->b);
  lan_write_bytes (&w, nonce, LAN_GROUP_NONCE_BYTES);
  lan_hash_n (out->b, sizeof out->b, all, sizeof all);
}

static void
compute_name (LanHash *out, const LanGroupWriter *writer, const guint8 *first_key)
{
  guint8 context[LAN_CONVERSATION_ID_BYTES + LAN_DEVICE_ID_BYTES];

  memcpy (context, writer->group.b, LAN_CONVERSATION_ID_BYTES);
  memcpy (context + LAN_CONVERSATION_ID_BYTES, writer->device.b, LAN_DEVICE_ID_BYTES);
  lan_kdf (out->b, sizeof out->b, first_key, LAN_KDF_GNAME, context, sizeof context);
}

void
lan_group_chain_begin (LanGroupChain *chain, const LanGroupWriter *writer,
                       const guint8 first_key[LAN_KEY_BYTES])
{
  memcpy (chain->key, first_key, sizeof chain->key);
  chain->index = 0;
  compute_name (&chain->name, writer, first_key);
}

static void
write_context (guint8 context[CONTEXT_BYTES], const LanGroupChain *chain,
               const LanGroupWriter *writer)
{
  LanWriter w;

  lan_writer_init (&w, context, CONTEXT_BYTES);
  lan_write_bytes (&w, writer->group.b, sizeof writer->group.b);
  lan_write_bytes (&w, writer->device.b, sizeof writer->device.b);
  lan_write_bytes (&w, chain->name.b, sizeof chain->name.b);
  lan_write_u32 (&w, chain->index);
}

/* The key of @message, when there is one; the chain goes on to the next. */
static void
step (LanGroupChain *chain, const LanGroupWriter *writer, const LanMessageId *message,
      guint8 *message_key)
{
  guint8 context[CONTEXT_BYTES + LAN_MESSAGE_ID_BYTES];

  write_context (context, chain, writer);
  if (message != NULL) {
    memcpy (context + CONTEXT_BYTES, message->b, LAN_MESSAGE_ID_BYTES);
    lan_kdf (message_key, LAN_KEY_BYTES, chain->key, LAN_KDF_GMSG, context, sizeof context);
  }
  lan_kdf (chain->key, sizeof chain->key, chain->key, LAN_KDF_GCHAIN, context, CONTEXT_BYTES);
  chain->index++;
}

LanStatus
lan_group_chain_forward (LanGroupChain *chain, const LanGroupWriter *writer, guint32 index)
{
  if (index < chain->index)
    return LAN_STATUS_REPLAY;
  if (index > LAN_GROUP_CHAIN_MAX)
    return LAN_STATUS_LIMIT;
  while (chain->index < index)
    step (chain, writer, NULL, NULL);
  return LAN_STATUS_OK;
}

LanStatus
lan_group_chain_seal (LanGroupChain *chain, const LanGroupWriter *writer,
                      const LanGroupPlace *place, const guint8 *in, gsize len, guint8 *out)
{
  guint8 key[LAN_KEY_BYTES], context[CONTEXT_BYTES];
  LanStatus status = lan_group_chain_forward (chain, writer, place->index);

  if (status != LAN_STATUS_OK || place->index == LAN_GROUP_CHAIN_MAX)
    return status != LAN_STATUS_OK ? status : LAN_STATUS_LIMIT;
  write_context (context, chain, writer);
  step (chain, writer, &place->message, key);
  lan_aead_seal_at (key, place->index, context, sizeof context, in, len, out);
  lan_secret_wipe (key, sizeof key);
  return LAN_STATUS_OK;
}

LanStatus
lan_group_chain_open (LanGroupChain *chain, const LanGroupWriter *writer,
                      const LanGroupPlace *place, const guint8 *in, gsize len, guint8 *out)
{
  guint8 key[LAN_KEY_BYTES], context[CONTEXT_BYTES];
  LanGroupChain next = *chain;
  LanStatus status;

  if (len < LAN_GROUP_BOX_OVERHEAD)
    return LAN_STATUS_TRUNCATED;
  if (place->index >= LAN_GROUP_CHAIN_MAX)
    return LAN_STATUS_LIMIT;
  status = lan_group_chain_forward (&next, writer, place->index);
  if (status == LAN_STATUS_OK) {
    write_context (context, &next, writer);
    step (&next, writer, &place->message, key);
    status = lan_aead_open_at (key, place->index, context, sizeof context, in, len, out);
    lan_secret_wipe (key, sizeof key);
  }
  if (status == LAN_STATUS_OK)
    *chain = next;
  lan_secret_wipe (&next, sizeof next);
  return status;
}

static gboolean
derive_box_key (guint8 key[LAN_KEY_BYTES], const guint8 *secret, const guint8 *remote,
                const guint8 *ephemeral_public, const guint8 *dh_public, const LanHash *name)
{
  guint8 shared[LAN_KEY_BYTES], context[2 * LAN_KEY_BYTES + LAN_HASH_BYTES];
  gboolean ok = crypto_scalarmult (shared, secret, remote) == 0;

  memcpy (context, ephemeral_public, LAN_KEY_BYTES);
  memcpy (context + LAN_KEY_BYTES, dh_public, LAN_KEY_BYTES);
  memcpy (context + 2 * LAN_KEY_BYTES, name->b, LAN_HASH_BYTES);
  if (ok)
    lan_kdf (key, LAN_KEY_BYTES, shared, LAN_KDF_GBOX, context, sizeof context);
  lan_secret_wipe (shared, sizeof shared);
  return ok;
}

gboolean
lan_group_box_seal (guint8 box[LAN_GROUP_BOX_BYTES], const LanGroupChain *chain,
                    const guint8 ephemeral_secret[LAN_KEY_BYTES],
                    const guint8 dh_public[LAN_KEY_BYTES])
{
  guint8 key[LAN_KEY_BYTES], ephemeral_public[LAN_KEY_BYTES];

  lan_dh_public_from_secret (ephemeral_public, ephemeral_secret);
  if (!derive_box_key (key, ephemeral_secret, dh_public, ephemeral_public, dh_public, &chain->name))
    return FALSE;
  lan_aead_seal_at (key, 0, NULL, 0, chain->key, sizeof chain->key, box);
  lan_secret_wipe (key, sizeof key);
  return TRUE;
}

LanStatus
lan_group_box_open (LanGroupChain *chain, const LanGroupWriter *writer, const LanHash *name,
                    const guint8 box[LAN_GROUP_BOX_BYTES],
                    const guint8 ephemeral_public[LAN_KEY_BYTES],
                    const guint8 dh_secret[LAN_KEY_BYTES], const guint8 dh_public[LAN_KEY_BYTES])
{
  guint8 key[LAN_KEY_BYTES], first[LAN_KEY_BYTES];
  LanStatus status = LAN_STATUS_AUTH;

  if (!derive_box_key (key, dh_secret, ephemeral_public, ephemeral_public, dh_public, name))
    return LAN_STATUS_AUTH;
  status = lan_aead_open_at (key, 0, NULL, 0, box, LAN_GROUP_BOX_BYTES, first);
  if (status == LAN_STATUS_OK) {
    lan_group_chain_begin (chain, writer, first);
    if (!lan_hash_equal (&chain->name, name)) {
      lan_secret_wipe (chain, sizeof *chain);
      status = LAN_STATUS_MISMATCH;
    }
  }
  lan_secret_wipe (key, sizeof key);
  lan_secret_wipe (first, sizeof first);
  return status;
}
