/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A search through the history: what is looked for, filled in before lan_node_search_async() is called
 * with it, and how far it came, read after it finished. Words are found whatever their case and
 * accents; Chinese by any part of it. Results are the newest to have arrived first.
 */
#pragma once

#include "lan-api.h"
#include "lan-message.h"

G_BEGIN_DECLS

/**
 * LanSearchKind:
 * @LAN_SEARCH_KIND_ANY: everything that has words
 * @LAN_SEARCH_KIND_TEXT: texts
 * @LAN_SEARCH_KIND_FILE: files and folders
 * @LAN_SEARCH_KIND_MEDIA: of the files pictures, sound and film
 * @LAN_SEARCH_KIND_LINK: texts with a web address
 * @LAN_SEARCH_KIND_STICKER: stickers
 */
typedef enum {
  LAN_SEARCH_KIND_ANY = 0,
  LAN_SEARCH_KIND_TEXT = 1,
  LAN_SEARCH_KIND_FILE = 2,
  LAN_SEARCH_KIND_MEDIA = 3,
  LAN_SEARCH_KIND_LINK = 4,
  LAN_SEARCH_KIND_STICKER = 5,
} LanSearchKind;

#define LAN_TYPE_SEARCH (lan_search_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanSearch, lan_search, LAN, SEARCH, GObject)

/**
 * lan_search_new:
 * @text: (nullable): words, "phrases in quotes", beginn* of words; NULL or empty: whatever the rest lets
 *   through
 */
LAN_API LanSearch *lan_search_new (const char *text);

/** lan_search_get_text:
 *
 * Returns: (transfer none): never %NULL. */
LAN_API const char *lan_search_get_text (LanSearch *self);

/**
 * lan_search_set_typing:
 * @typing: the last word may go on
 */
LAN_API void lan_search_set_typing (LanSearch *self, gboolean typing);

/**
 * lan_search_set_peer:
 * @peer: (nullable): only the chat with this person
 */
LAN_API void lan_search_set_peer (LanSearch *self, LanPerson *peer);

/**
 * lan_search_set_author:
 * @author: (nullable): only what this person wrote, oneself too
 */
LAN_API void lan_search_set_author (LanSearch *self, LanPerson *author);
LAN_API void lan_search_set_kind (LanSearch *self, LanSearchKind kind);

/**
 * lan_search_set_range:
 * @from_ms: Unix milliseconds; written then or later; 0: whenever
 * @to_ms: written before; 0: whenever
 */
LAN_API void lan_search_set_range (LanSearch *self, gint64 from_ms, gint64 to_ms);

/**
 * lan_search_set_before:
 * @before: what lan_search_get_next() said after the page before; 0: begin with the newest
 */
LAN_API void lan_search_set_before (LanSearch *self, gint64 before);

/**
 * lan_search_set_limit:
 * @limit: results of one page, 1 to 1,000; 50 unless set
 */
LAN_API void lan_search_set_limit (LanSearch *self, guint limit);

/**
 * lan_search_get_next:
 *
 * Returns: where the next page begins; 0 when there is none.
 */
LAN_API gint64 lan_search_get_next (LanSearch *self);

/**
 * lan_search_get_indexed:
 *
 * Returns: how many percent of the history were looked at: less than 100 only for a while after an update
 *   or damage.
 */
LAN_API guint lan_search_get_indexed (LanSearch *self);

/**
 * lan_search_dup_hits:
 * @text: of a message that was found
 * @max: at most so many
 *
 * Returns: (transfer full) (element-type guint): where to mark it: the byte at which a hit begins and the
 *   one at which it ends, hit by hit in order.
 */
LAN_API GArray *lan_search_dup_hits (LanSearch *self, const char *text, guint max);

G_END_DECLS
