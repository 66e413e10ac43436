/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rich-block.h"

#include "lan-link.h"

#include <string.h>

static void
block_free (gpointer data)
{
  LanRichBlock *block = data;

  g_free (block->text);
  g_array_unref (block->spans);
  g_free (block);
}

void
lan_rich_free (LanRich *rich)
{
  g_ptr_array_unref (rich->blocks);
  g_ptr_array_unref (rich->links);
  g_free (rich);
}

static void
begin (LanRichBuilder *self)
{
  self->text = g_string_new (NULL);
  self->spans = g_array_new (FALSE, FALSE, sizeof (LanRichSpan));
}

void
lan_rich_builder_init (LanRichBuilder *self, const char *const *names)
{
  *self = (LanRichBuilder){ .names = names };
  self->rich = g_new0 (LanRich, 1);
  self->rich->blocks = g_ptr_array_new_with_free_func (block_free);
  self->rich->links = g_ptr_array_new_with_free_func (g_free);
  begin (self);
}

void
lan_rich_builder_span (LanRichBuilder *self, gsize start, LanRichLook look, guint link)
{
  LanRichSpan span = { (guint) start, (guint) self->text->len, look, link };

  if (span.start == span.end)
    return;
  if (self->all_spans >= LAN_RICH_MAX_SPANS) {
    self->overflow = TRUE;
    return;
  }
  self->all_spans++;
  g_array_append_val (self->spans, span);
}

int
lan_rich_builder_link (LanRichBuilder *self, const char *uri)
{
  if (self->rich->links->len >= LAN_RICH_MAX_LINKS || !lan_link_is_allowed (uri))
    return -1;
  g_ptr_array_add (self->rich->links, g_strdup (uri));
  return (int) self->rich->links->len - 1;
}

/* Returns: the length of the longest name that @p begins with, 0 for none. */
static gsize
name_length (const char *const *names, const char *p)
{
  gsize best = 0;

  for (guint i = 0; names[i] != NULL; i++) {
    gsize len = strlen (names[i]);

    if (len > best && strncmp (p, names[i], len) == 0 &&
        !(g_ascii_isalnum (names[i][len - 1]) && g_ascii_isalnum (p[len])))
      best = len;
  }
  return best;
}

/* Adds @len bytes of @text in which there is no address. */
static void
add_named (LanRichBuilder *self, const char *text, gsize len)
{
  const char *plain = text;
  const char *end = text + len;
  const char *at = text;

  while (self->names != NULL && (at = memchr (at, '@', (gsize) (end - at))) != NULL) {
    gsize name = at > text && g_ascii_isalnum (at[-1]) ? 0 : name_length (self->names, at + 1);
    gsize start;

    if (name == 0 || at + 1 + name > end) {
      at++;
      continue;
    }
    g_string_append_len (self->text, plain, at - plain);
    start = self->text->len;
    g_string_append_len (self->text, at, (gssize) name + 1);
    lan_rich_builder_span (self, start, LAN_RICH_MENTION, 0);
    plain = at = at + 1 + name;
  }
  g_string_append_len (self->text, plain, end - plain);
}

void
lan_rich_builder_prose (LanRichBuilder *self, const char *text)
{
  const char *plain = text;
  LanLinkPlace place;

  while (self->rich->links->len < LAN_RICH_MAX_LINKS && lan_link_find (text, plain, &place)) {
    g_autofree char *uri = lan_link_uri (&place);
    int link = lan_rich_builder_link (self, uri);
    gsize start;

    add_named (self, plain, (gsize) (place.start - plain));
    start = self->text->len;
    g_string_append_len (self->text, place.start, (gssize) place.len);
    if (link >= 0)
      lan_rich_builder_span (self, start, LAN_RICH_LINK, (guint) link);
    plain = place.start + place.len;
  }
  add_named (self, plain, strlen (plain));
}

/* Returns: (transfer full): a byte per byte of the text, not 0 where nothing may be struck. */
static guint8 *
make_mask (LanRichBuilder *self)
{
  guint8 *mask = g_malloc0 (self->text->len + 1);

  for (guint i = 0; i < self->spans->len; i++) {
    const LanRichSpan *span = &g_array_index (self->spans, LanRichSpan, i);

    if (span->look == LAN_RICH_CODE || span->look == LAN_RICH_LINK)
      memset (mask + span->start, 1, span->end - span->start);
  }
  return mask;
}

static gboolean
is_pair (const char *text, gsize i, const guint8 *mask)
{
  return text[i] == '~' && text[i + 1] == '~' && text[i + 2] != '~' &&
         (i == 0 || text[i - 1] != '~') && !mask[i];
}

/* Where the pairs of tildes stand that open and close something. */
static GArray *
find_strikes (LanRichBuilder *self)
{
  g_autofree guint8 *mask = make_mask (self);
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint));
  const char *text = self->text->str;
  gboolean is_open = FALSE;
  guint open = 0;

  for (guint i = 0; i + 1 < self->text->len; i++) {
    if (text[i] == '\n' && text[i + 1] == '\n')
      is_open = FALSE;
    if (!is_pair (text, i, mask))
      continue;
    if (!is_open && text[i + 2] != '\0' && !g_ascii_isspace (text[i + 2])) {
      is_open = TRUE;
      open = i;
    } else if (is_open && !g_ascii_isspace (text[i - 1])) {
      g_array_append_val (found, open);
      g_array_append_val (found, i);
      is_open = FALSE;
    }
    i++;
  }
  return found;
}

static guint
shifted (const GArray *cuts, guint place)
{
  guint before = 0;

  for (guint i = 0; i < cuts->len && g_array_index (cuts, guint, i) < place; i++)
    before += MIN (2, place - g_array_index (cuts, guint, i));
  return place - before;
}

/* CommonMark knows no strike: pairs of tildes are taken out here, and what is between them struck. */
static void
strike (LanRichBuilder *self)
{
  g_autoptr (GArray) cuts = find_strikes (self);
  GString *text = g_string_new (NULL);
  guint plain = 0;

  if (cuts->len / 2 + self->all_spans > LAN_RICH_MAX_SPANS) {
    self->overflow = TRUE;
    g_array_set_size (cuts, 0);
  }
  for (guint i = 0; i < self->spans->len; i++) {
    LanRichSpan *span = &g_array_index (self->spans, LanRichSpan, i);

    span->start = shifted (cuts, span->start);
    span->end = shifted (cuts, span->end);
  }
  for (guint i = 0; i < cuts->len; i++) {
    guint cut = g_array_index (cuts, guint, i);

    g_string_append_len (text, self->text->str + plain, cut - plain);
    plain = cut + 2;
  }
  g_string_append (text, self->text->str + plain);
  g_string_free (self->text, TRUE);
  self->text = text;
  for (guint i = 0; i + 1 < cuts->len; i += 2) {
    LanRichSpan span = { shifted (cuts, g_array_index (cuts, guint, i)),
                         shifted (cuts, g_array_index (cuts, guint, i + 1)), LAN_RICH_STRIKE, 0 };

    g_array_append_val (self->spans, span);
    self->all_spans++;
  }
}

void
lan_rich_builder_flush (LanRichBuilder *self, LanRichKind next)
{
  LanRichBlock *block;

  if (self->strikes && self->kind != LAN_RICH_CODE_BLOCK && strstr (self->text->str, "~~") != NULL)
    strike (self);
  if (self->text->len == 0 && self->kind != LAN_RICH_CODE_BLOCK) {
    self->kind = next;
    return;
  }
  block = g_new0 (LanRichBlock, 1);
  block->kind = self->kind;
  block->spans = self->spans;
  block->text = g_string_free (self->text, FALSE);
  g_ptr_array_add (self->rich->blocks, block);
  self->kind = next;
  begin (self);
}

LanRich *
lan_rich_builder_end (LanRichBuilder *self)
{
  lan_rich_builder_flush (self, LAN_RICH_TEXT);
  if (self->rich->blocks->len == 0) {
    LanRichBlock *block = g_new0 (LanRichBlock, 1);

    block->text = g_strdup ("");
    block->spans = g_array_ref (self->spans);
    g_ptr_array_add (self->rich->blocks, block);
  }
  g_string_free (self->text, TRUE);
  g_array_unref (self->spans);
  return g_steal_pointer (&self->rich);
}
