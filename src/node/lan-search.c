/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-person-private.h"
#include "lan-search-kind.h"
#include "lan-search-private.h"
#include "lan-word-query.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     1000

struct _LanSearch {
  GObject parent_instance;

  char *text;
  LanWordQuery *words;
  gboolean typing;
  LanPerson *peer;
  LanPerson *author;
  LanSearchKind kind;
  gint64 from_ms;
  gint64 to_ms;
  gint64 before;
  guint limit;

  gint64 next;
  guint indexed;
};

G_DEFINE_TYPE (LanSearch, lan_search, G_TYPE_OBJECT)

static void
lan_search_dispose (GObject *object)
{
  LanSearch *self = LAN_SEARCH (object);

  g_clear_object (&self->peer);
  g_clear_object (&self->author);
  G_OBJECT_CLASS (lan_search_parent_class)->dispose (object);
}

static void
lan_search_finalize (GObject *object)
{
  LanSearch *self = LAN_SEARCH (object);

  g_free (self->text);
  lan_word_query_free (self->words);
  G_OBJECT_CLASS (lan_search_parent_class)->finalize (object);
}

static void
lan_search_class_init (LanSearchClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = lan_search_dispose;
  object_class->finalize = lan_search_finalize;
}

static void
lan_search_init (LanSearch *self)
{
  self->limit = LIMIT_DEFAULT;
  self->indexed = 100;
}

LanSearch *
lan_search_new (const char *text)
{
  LanSearch *self = g_object_new (LAN_TYPE_SEARCH, NULL);

  self->text = g_strdup (text != NULL ? text : "");
  return self;
}

const char *
lan_search_get_text (LanSearch *self)
{
  g_return_val_if_fail (LAN_IS_SEARCH (self), "");
  return self->text;
}

void
lan_search_set_typing (LanSearch *self, gboolean typing)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  self->typing = typing;
  g_clear_pointer (&self->words, lan_word_query_free);
}

void
lan_search_set_peer (LanSearch *self, LanPerson *peer)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  g_set_object (&self->peer, peer);
}

void
lan_search_set_author (LanSearch *self, LanPerson *author)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  g_set_object (&self->author, author);
}

void
lan_search_set_kind (LanSearch *self, LanSearchKind kind)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  self->kind = kind;
}

void
lan_search_set_range (LanSearch *self, gint64 from_ms, gint64 to_ms)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  self->from_ms = from_ms;
  self->to_ms = to_ms;
}

void
lan_search_set_before (LanSearch *self, gint64 before)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  self->before = before;
}

void
lan_search_set_limit (LanSearch *self, guint limit)
{
  g_return_if_fail (LAN_IS_SEARCH (self));
  self->limit = CLAMP (limit, 1, LIMIT_MAX);
}

gint64
lan_search_get_next (LanSearch *self)
{
  g_return_val_if_fail (LAN_IS_SEARCH (self), 0);
  return self->next;
}

guint
lan_search_get_indexed (LanSearch *self)
{
  g_return_val_if_fail (LAN_IS_SEARCH (self), 0);
  return self->indexed;
}

GArray *
lan_search_dup_hits (LanSearch *self, const char *text, guint max)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (LanWordRange));
  GArray *hits = g_array_new (FALSE, FALSE, sizeof (guint));

  g_return_val_if_fail (LAN_IS_SEARCH (self) && text != NULL, hits);
  if (self->words == NULL)
    self->words = lan_word_query_new (self->text, self->typing);
  (void) lan_word_query_find (self->words, text, ranges, max);
  for (guint i = 0; i < ranges->len; i++) {
    const LanWordRange *range = &g_array_index (ranges, LanWordRange, i);
    guint ends[2] = { (guint) range->start, (guint) range->end };

    g_array_append_vals (hits, ends, 2);
  }
  return hits;
}

static guint
kinds_of (LanSearchKind kind)
{
  switch (kind) {
  case LAN_SEARCH_KIND_TEXT:
    return LAN_SEARCH_TEXT;
  case LAN_SEARCH_KIND_FILE:
    return LAN_SEARCH_FILE;
  case LAN_SEARCH_KIND_MEDIA:
    return LAN_SEARCH_MEDIA;
  case LAN_SEARCH_KIND_LINK:
    return LAN_SEARCH_LINK;
  case LAN_SEARCH_KIND_STICKER:
    return LAN_SEARCH_STICKER;
  case LAN_SEARCH_KIND_ANY:
    break;
  }
  return 0;
}

LanSearchWish *
lan_search_make_wish (LanSearch *self)
{
  LanSearchWish *wish = g_new0 (LanSearchWish, 1);

  wish->text = g_strdup (self->text);
  wish->is_typing = self->typing;
  wish->has_peer = self->peer != NULL;
  if (self->peer != NULL)
    wish->peer = *lan_person_peek_account (self->peer);
  wish->has_author = self->author != NULL;
  if (self->author != NULL)
    wish->author = *lan_person_peek_account (self->author);
  wish->kinds = kinds_of (self->kind);
  wish->from_ms = self->from_ms;
  wish->to_ms = self->to_ms;
  wish->before = self->before;
  wish->limit = self->limit;
  return wish;
}

void
lan_search_set_result (LanSearch *self, gint64 next, guint indexed)
{
  self->next = next;
  self->indexed = indexed;
}
