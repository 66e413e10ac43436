/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The directory head LDH1 (SECURITY 4.1): what the server says its log of attestations was at one
 * moment. Clients that meet compare heads: two for one epoch are proof that the server shows
 * different people different directories. 184 bytes, signed as "LDH1" || bytes 0..120:
 *
 *     0  "LDH1"     8  organisation 16   32  time u64 (Unix s)   48  root 32           112  issuer id 8
 *     4  version 1  24  epoch u64        40  entries u64         80  head before 32    120  signature 64
 *     5  0 0 0
 *
 * Epochs count from 1, by one for each head; the head before is BLAKE2b-256 of all its bytes, zeros
 * at epoch 1. Any thread.
 */
#pragma once

#include "lan-issuer.h"

G_BEGIN_DECLS

#define LAN_DIRECTORY_HEAD_BYTES         184
#define LAN_DIRECTORY_HEAD_STALE_SECONDS (7 * G_GINT64_CONSTANT (86400))
#define LAN_DIRECTORY_ROOT_TRUNC         16 /* of the root, in HELLO */

typedef struct {
  LanOrgId org;
  guint64 epoch;
  gint64 time_s;
  guint64 size; /* entries of the log */
  LanHash root;
  LanHash previous;
  LanIssuerId issuer;
} LanDirectoryHead;

/** Returns: (transfer full): @head signed; its organisation and issuer are taken from @issuer. */
GBytes *lan_directory_head_issue (const LanDirectoryHead *head, const LanIssuer *issuer,
                                  const LanIssuerKey *key) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the layout only. */
LanStatus lan_directory_head_decode (LanDirectoryHead *head, const guint8 *data,
                                     gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Decodes and checks that @issuer (verified before) signed it. */
LanStatus lan_directory_head_verify (LanDirectoryHead *head, const LanIssuer *issuer,
                                     const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** What the next head names as the one before. */
void lan_directory_head_hash (LanHash *out, const guint8 *data, gsize len);

typedef enum {
  LAN_HEADS_SAME,
  LAN_HEADS_NEWER,   /* the second may follow the first; prove it with the log (lan-merkle.h) */
  LAN_HEADS_OLDER,   /* the other way round */
  LAN_HEADS_FORK,    /* cannot both be true: the server lies to somebody */
  LAN_HEADS_FOREIGN, /* of two organisations */
} LanHeads;

/** Compares two verified heads, given as bytes. */
LanHeads lan_directory_head_compare (const guint8 *first, gsize first_len, const guint8 *second,
                                     gsize second_len) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Compares our head with what a peer's HELLO says (SECURITY 1.6): FORK when the epoch is ours and
 * the root is not. Epoch 0 in HELLO is 'I have none': SAME.
 */
LanHeads lan_directory_head_compare_hello (const LanDirectoryHead *own, guint64 epoch,
                                           const guint8 root_trunc[LAN_DIRECTORY_ROOT_TRUNC])
    G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when it is older than 7 days: the directory is stale. */
gboolean lan_directory_head_is_stale (const LanDirectoryHead *head, gint64 now_s);

G_END_DECLS
