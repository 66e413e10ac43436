/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a running profile tells the network about itself (SECURITY amendments g and i), and its form
 * as mDNS TXT items. Everything in it is a hint: it lets known people be recognised without a
 * handshake and strangers be shown as claimed, and nothing more. A visible record names a person; a
 * hidden one carries only tags that contacts can recompute. No clock, no I/O. Any thread.
 */
#pragma once

#include "lan-status.h"
#include "lan-text.h"

G_BEGIN_DECLS

#define LAN_INSTANCE_ID_BYTES    8  /* random, new at each start: names one running process */
#define LAN_ACCOUNT_PREFIX_BYTES 16 /* `i`: the first bytes of the account id */
#define LAN_BEACON_NONCE_BYTES   16 /* `b` of a hidden record */
#define LAN_CONTACT_TAG_BYTES    8  /* one `t` tag */
#define LAN_CONTACT_TAGS_MAX     16
#define LAN_TXT_ITEM_MAX_BYTES   254  /* one item, key and value */
#define LAN_TXT_MAX_ITEMS        24   /* more is refused */
#define LAN_TXT_MAX_BYTES        1024 /* all items together; more is refused */
#define LAN_DISCOVERY_VERSION    1

typedef struct {
  guint8 b[LAN_INSTANCE_ID_BYTES];
} LanInstanceId;

gboolean lan_instance_id_equal (const LanInstanceId *a, const LanInstanceId *b);

typedef struct {
  gboolean hidden;
  guint16 port; /* TCP port of the lane listener, never 0 */
  /* visible */
  char name[LAN_NAME_MAX_BYTES + 1];               /* cleaned, may be "" */
  guint8 account_prefix[LAN_ACCOUNT_PREFIX_BYTES]; /* zeros when hidden */
  guint8 state; /* coarse presence as its owner numbers it, 0..15 */
  /* hidden */
  guint8 nonce[LAN_BEACON_NONCE_BYTES]; /* zeros when visible */
  guint8 n_tags;
  guint8 tags[LAN_CONTACT_TAGS_MAX][LAN_CONTACT_TAG_BYTES];
} LanDiscoveryRecord;

/**
 * Fills @record for a visible person. @name is cleaned and cut (lan_text_clean_line()).
 * @account_prefix: the first LAN_ACCOUNT_PREFIX_BYTES of the account id.
 */
void lan_discovery_record_init_visible (LanDiscoveryRecord *record, guint16 port, const char *name,
                                        const guint8 *account_prefix, guint8 state);

/** Fills @record for a hidden person with @n_tags (at most LAN_CONTACT_TAGS_MAX) tags in a row. */
void lan_discovery_record_init_hidden (LanDiscoveryRecord *record, guint16 port,
                                       const guint8 *nonce, const guint8 *tags, gsize n_tags);

gboolean lan_discovery_record_equal (const LanDiscoveryRecord *a, const LanDiscoveryRecord *b);

/**
 * Returns: (transfer full) (element-type GBytes): the TXT items `v p n i s` or `v p b t`, each
 * "key=value" of at most LAN_TXT_ITEM_MAX_BYTES. v, p and s are decimal, n is UTF-8, i, b and t are
 * raw bytes.
 */
GPtrArray *lan_discovery_record_to_txt (const LanDiscoveryRecord *record) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Reads TXT items one after the other, so that a caller never builds a list of hostile size:
 * init, add for each item, finish. Unknown keys are passed over; a key twice, a mixture of visible
 * and hidden, a missing field or a wrong length is MALFORMED; too much is OVERSIZED; another `v` is
 * VERSION. After the first failure every later call returns the same failure.
 */
typedef struct {
  LanDiscoveryRecord record;
  LanStatus status;
  guint32 seen; /* one bit per known key */
  guint n_items;
  gsize n_bytes;
} LanTxtReader;

void lan_txt_reader_init (LanTxtReader *reader);
LanStatus lan_txt_reader_add (LanTxtReader *reader, const guint8 *item, gsize len);

/** @record is written only when the result is LAN_STATUS_OK. */
LanStatus lan_txt_reader_finish (LanTxtReader *reader,
                                 LanDiscoveryRecord *record) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
