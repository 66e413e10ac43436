/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-directory-head.h"

#include "lan-crypto-private.h"

#include <string.h>

#define SIGNED_BYTES 120

GBytes *
lan_directory_head_issue (const LanDirectoryHead *head, const LanIssuer *issuer,
                          const LanIssuerKey *key)
{
  guint8 buf[LAN_DIRECTORY_HEAD_BYTES], sig[LAN_SIGNATURE_BYTES];
  LanWriter w;

  g_return_val_if_fail (lan_issuer_id_equal (&issuer->id, lan_issuer_key_id (key)), NULL);
  g_return_val_if_fail (head->epoch >= 1 && head->time_s >= 0, NULL);
  g_return_val_if_fail ((head->epoch == 1) == lan_hash_is_zero (&head->previous), NULL);
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_head (&w, "LDH1", 0, 0, 0);
  lan_write_bytes (&w, issuer->org.b, sizeof issuer->org.b);
  lan_write_u64 (&w, head->epoch);
  lan_write_u64 (&w, (guint64) head->time_s);
  lan_write_u64 (&w, head->size);
  lan_write_bytes (&w, head->root.b, sizeof head->root.b);
  lan_write_bytes (&w, head->previous.b, sizeof head->previous.b);
  lan_write_bytes (&w, issuer->id.b, sizeof issuer->id.b);
  lan_issuer_key_sign (key, LAN_SIGN_DIRECTORY_HEAD, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == sizeof buf);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_directory_head_decode (LanDirectoryHead *head, const guint8 *data, gsize len)
{
  guint8 rest[3];
  LanReader r;
  LanStatus status;

  *head = (LanDirectoryHead){ 0 };
  lan_reader_init (&r, data, len);
  status = lan_read_head (&r, "LDH1", rest);
  if (status != LAN_STATUS_OK)
    return status;
  lan_read_bytes (&r, head->org.b, sizeof head->org.b);
  head->epoch = lan_read_u64 (&r);
  head->time_s = lan_read_time (&r);
  head->size = lan_read_u64 (&r);
  lan_read_bytes (&r, head->root.b, sizeof head->root.b);
  lan_read_bytes (&r, head->previous.b, sizeof head->previous.b);
  lan_read_bytes (&r, head->issuer.b, sizeof head->issuer.b);
  status = lan_read_signature_end (&r);
  if (status != LAN_STATUS_OK)
    return status;
  if ((rest[0] | rest[1] | rest[2]) != 0 || head->epoch == 0 || head->time_s < 0)
    return LAN_STATUS_MALFORMED;
  return (head->epoch == 1) == lan_hash_is_zero (&head->previous) ? LAN_STATUS_OK
                                                                  : LAN_STATUS_MALFORMED;
}

LanStatus
lan_directory_head_verify (LanDirectoryHead *head, const LanIssuer *issuer, const guint8 *data,
                           gsize len)
{
  LanStatus status = lan_directory_head_decode (head, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_issuer_id_equal (&head->issuer, &issuer->id) ||
      !lan_org_id_equal (&head->org, &issuer->org))
    return LAN_STATUS_MISMATCH;
  if (head->time_s < issuer->not_before_s || head->time_s > issuer->not_after_s)
    return LAN_STATUS_EXPIRED;
  return lan_signature_verify (issuer->public_key, LAN_SIGN_DIRECTORY_HEAD, data, SIGNED_BYTES,
                               data + SIGNED_BYTES);
}

void
lan_directory_head_hash (LanHash *out, const guint8 *data, gsize len)
{
  lan_hash_256 (out, data, len);
}

/* May @new follow @old, which is of an earlier epoch? */
static gboolean
may_follow (const LanDirectoryHead *old, const guint8 *old_data, gsize old_len,
            const LanDirectoryHead *new)
{
  LanHash hash;

  if (new->size < old->size || new->time_s < old->time_s)
    return FALSE;
  /* The same number of entries is the same log, however many heads lie between. */
  if (new->size == old->size && !lan_hash_equal (&new->root, &old->root))
    return FALSE;
  if (new->epoch != old->epoch + 1)
    return TRUE;
  lan_directory_head_hash (&hash, old_data, old_len);
  return lan_hash_equal (&hash, &new->previous);
}

/* Two of one epoch: a signature made anew over the same statement is no lie. */
static gboolean
says_the_same (const LanDirectoryHead *a, const LanDirectoryHead *b)
{
  return a->size == b->size && a->time_s == b->time_s && lan_hash_equal (&a->root, &b->root) &&
         lan_hash_equal (&a->previous, &b->previous);
}

LanHeads
lan_directory_head_compare (const guint8 *first, gsize first_len, const guint8 *second,
                            gsize second_len)
{
  LanDirectoryHead a, b;

  if (lan_directory_head_decode (&a, first, first_len) != LAN_STATUS_OK ||
      lan_directory_head_decode (&b, second, second_len) != LAN_STATUS_OK ||
      !lan_org_id_equal (&a.org, &b.org))
    return LAN_HEADS_FOREIGN;
  if (a.epoch == b.epoch)
    return says_the_same (&a, &b) ? LAN_HEADS_SAME : LAN_HEADS_FORK;
  if (a.epoch < b.epoch)
    return may_follow (&a, first, first_len, &b) ? LAN_HEADS_NEWER : LAN_HEADS_FORK;
  return may_follow (&b, second, second_len, &a) ? LAN_HEADS_OLDER : LAN_HEADS_FORK;
}

LanHeads
lan_directory_head_compare_hello (const LanDirectoryHead *own, guint64 epoch,
                                  const guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC])
{
  if (epoch == 0)
    return LAN_HEADS_SAME;
  if (epoch != own->epoch)
    return epoch > own->epoch ? LAN_HEADS_NEWER : LAN_HEADS_OLDER;
  return memcmp (root_trunc, own->root.b, LAN_DIRECTORY_ROOT_TRUNC) == 0 ? LAN_HEADS_SAME
                                                                         : LAN_HEADS_FORK;
}

gboolean
lan_directory_head_is_stale (const LanDirectoryHead *head, gint64 now_s)
{
  return now_s - head->time_s > LAN_DIRECTORY_HEAD_STALE_SECONDS;
}
