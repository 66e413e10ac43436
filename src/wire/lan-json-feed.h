/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * JSON out of a file, a piece at a time: what stands in it is told as it comes, so that a file of any
 * length takes no more memory than its longest string may have. Not for the network. One thread.
 */
#pragma once

#include "lan-status.h"

G_BEGIN_DECLS

#define LAN_JSON_DEPTH_MAX  16
#define LAN_JSON_STRING_MAX (64 * 1024) /* bytes of one string */

typedef enum {
  LAN_JSON_OBJECT, /* begins */
  LAN_JSON_ARRAY,  /* begins */
  LAN_JSON_CLOSE,  /* the object or array that began last */
  LAN_JSON_KEY,
  LAN_JSON_STRING,
  LAN_JSON_SCALAR, /* a number, true, false or null, as it stands there */
} LanJsonEvent;

/* @text: of keys, strings and scalars, with a zero behind it. Returns: what ends the reading, or OK. */
typedef LanStatus (*LanJsonTake) (LanJsonEvent event, const char *text, gsize len,
                                  gpointer user_data);

typedef struct _LanJsonFeed LanJsonFeed;

LanJsonFeed *lan_json_feed_new (LanJsonTake take, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void lan_json_feed_free (LanJsonFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanJsonFeed, lan_json_feed_free)

/**
 * The next bytes of the file. What stands behind the first value is not looked at.
 *
 * Returns: OK, MALFORMED, OVERSIZED (too deep, too long a string), or what @take said; that for ever after.
 */
LanStatus lan_json_feed_bytes (LanJsonFeed *feed, const guint8 *data,
                               gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE once the first value has ended. */
gboolean lan_json_feed_is_done (const LanJsonFeed *feed);

G_END_DECLS
