/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-emoji.h"

#include <string.h>

#define COLUMNS         7
#define VARIATION       0xfe0f
#define FIRST_TONE      0x1f3fb
#define QUERY_MAX_CHARS 24

/* How well something fits; less is better. */
enum {
  FITS_NAME,
  BEGINS_NAME,
  FITS_WORD,
  BEGINS_WORD_OF_NAME,
  BEGINS_WORD,
  IN_NAME,
  IN_WORD,
  FITS_NOT
};

struct _LanEmojiTable {
  char *data;
  GPtrArray *all;    /* of LanEmoji */
  GHashTable *known; /* what it is without tones and variations -> LanEmoji */
};

static const char *const group_names[LAN_EMOJI_GROUPS] = { "smileys", "people",  "nature",
                                                           "food",    "travel",  "activities",
                                                           "objects", "symbols", "flags" };

static void
emoji_free (gpointer data)
{
  LanEmoji *emoji = data;

  for (int i = 0; i < LAN_EMOJI_LANGUAGES; i++)
    g_strfreev (emoji->words[i]);
  g_free (emoji);
}

static gboolean
is_tone (gunichar c)
{
  return c >= FIRST_TONE && c < FIRST_TONE + LAN_EMOJI_TONES - 1;
}

static char *
dup_bare (const char *text)
{
  GString *bare = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c != VARIATION && !(is_tone (c) && p > text))
      g_string_append_unichar (bare, c);
  }
  return g_string_free (bare, FALSE);
}

static char **
dup_words (const char *name, const char *more)
{
  g_autofree char *line = g_strdup_printf ("%s%s%s", name, *more != '\0' ? "|" : "", more);
  g_autofree char *folded = g_utf8_casefold (line, -1);

  return g_strsplit (folded, "|", -1);
}

static void
add_line (LanEmojiTable *self, char *line)
{
  char *cells[COLUMNS];
  LanEmoji *emoji;
  int group = 0;

  for (int i = 0; i < COLUMNS; i++) {
    cells[i] = line;
    line = line != NULL ? strchr (line, '\t') : NULL;
    if (line == NULL && i < COLUMNS - 1)
      return;
    if (line != NULL)
      *line++ = '\0';
  }
  while (group < LAN_EMOJI_GROUPS && !g_str_equal (group_names[group], cells[0]))
    group++;
  if (group == LAN_EMOJI_GROUPS || *cells[1] == '\0')
    return;
  emoji = g_new0 (LanEmoji, 1);
  emoji->group = (LanEmojiGroup) group;
  emoji->text = cells[1];
  emoji->has_tones = *cells[2] == 't';
  for (int i = 0; i < LAN_EMOJI_LANGUAGES; i++) {
    emoji->names[i] = cells[3 + 2 * i];
    emoji->words[i] = dup_words (cells[3 + 2 * i], cells[4 + 2 * i]);
  }
  g_ptr_array_add (self->all, emoji);
  g_hash_table_insert (self->known, dup_bare (emoji->text), emoji);
}

LanEmojiTable *
lan_emoji_table_new (const char *data, gsize len)
{
  LanEmojiTable *self = g_new0 (LanEmojiTable, 1);

  self->data = g_utf8_make_valid (data, (gssize) len);
  self->all = g_ptr_array_new_with_free_func (emoji_free);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (char *line = self->data; line != NULL && *line != '\0';) {
    char *end = strchr (line, '\n');

    if (end != NULL)
      *end++ = '\0';
    add_line (self, line);
    line = end;
  }
  return self;
}

void
lan_emoji_table_free (LanEmojiTable *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->known);
  g_ptr_array_unref (self->all);
  g_free (self->data);
  g_free (self);
}

GPtrArray *
lan_emoji_table_get_all (LanEmojiTable *self)
{
  return self->all;
}

const LanEmoji *
lan_emoji_table_find (LanEmojiTable *self, const char *text)
{
  g_autofree char *bare = dup_bare (text);

  return g_hash_table_lookup (self->known, bare);
}

/* Returns: whether a word of @name, but not its first, begins with @query. */
static gboolean
begins_inside (const char *name, const char *query)
{
  gsize len = strlen (query);

  for (const char *p = name; (p = strpbrk (p, " -(:")) != NULL;) {
    p++;
    if (strncmp (p, query, len) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A piece of a Latin word is no find, a character within a Chinese one is. */
static int
fit_words (char **words, const char *query)
{
  gboolean inside = (guchar) *query >= 0x80;
  int best = FITS_NOT;

  for (guint i = 0; words[i] != NULL; i++) {
    gboolean is_name = i == 0;
    int fit = FITS_NOT;

    if (g_str_equal (words[i], query))
      fit = is_name ? FITS_NAME : FITS_WORD;
    else if (g_str_has_prefix (words[i], query))
      fit = is_name ? BEGINS_NAME : BEGINS_WORD;
    else if (begins_inside (words[i], query))
      fit = is_name ? BEGINS_WORD_OF_NAME : BEGINS_WORD;
    else if (inside && strstr (words[i], query) != NULL)
      fit = is_name ? IN_NAME : IN_WORD;
    best = MIN (best, fit);
  }
  return best;
}

static int
fit_one (const LanEmoji *emoji, const char *query)
{
  int english = fit_words (emoji->words[LAN_EMOJI_ENGLISH], query);
  int chinese = fit_words (emoji->words[LAN_EMOJI_CHINESE], query);

  return MIN (english, chinese);
}

static int
fit (const LanEmoji *emoji, const char *whole, char **parts)
{
  int worst = FITS_NAME;
  int together = fit_one (emoji, whole);

  if (together < FITS_NOT)
    return together;
  for (guint i = 0; parts[i] != NULL; i++) {
    int one = fit_one (emoji, parts[i]);

    worst = MAX (worst, one);
  }
  return worst;
}

/* Returns: (transfer full): what is between blanks. */
static char **
split (const char *query)
{
  g_auto (GStrv) raw = g_strsplit (query, " ", -1);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  for (guint i = 0; raw[i] != NULL; i++) {
    if (*raw[i] != '\0')
      g_strv_builder_add (parts, raw[i]);
  }
  return g_strv_builder_end (parts);
}

GPtrArray *
lan_emoji_table_search (LanEmojiTable *self, const char *query, guint max)
{
  GPtrArray *found[FITS_NOT];
  GPtrArray *result = g_ptr_array_new ();
  g_autofree char *folded = g_utf8_casefold (query, -1);
  g_auto (GStrv) parts = NULL;
  g_autofree char *whole = NULL;

  parts = split (g_strdelimit (folded, "_\t\n", ' '));
  whole = g_strjoinv (" ", parts);
  if (*whole == '\0')
    return result;
  for (int i = 0; i < FITS_NOT; i++)
    found[i] = g_ptr_array_new ();
  for (guint i = 0; i < self->all->len; i++) {
    LanEmoji *emoji = g_ptr_array_index (self->all, i);
    int how = fit (emoji, whole, parts);

    if (how < FITS_NOT)
      g_ptr_array_add (found[how], emoji);
  }
  for (int i = 0; i < FITS_NOT; i++) {
    for (guint j = 0; j < found[i]->len && result->len < max; j++)
      g_ptr_array_add (result, g_ptr_array_index (found[i], j));
    g_ptr_array_unref (found[i]);
  }
  return result;
}

char *
lan_emoji_dup_toned (const LanEmoji *emoji, guint tone)
{
  const char *rest = g_utf8_next_char (emoji->text);
  GString *text;

  if (!emoji->has_tones || tone == 0 || tone >= LAN_EMOJI_TONES)
    return g_strdup (emoji->text);
  text = g_string_new_len (emoji->text, rest - emoji->text);
  g_string_append_unichar (text, FIRST_TONE + tone - 1);
  if (g_utf8_get_char (rest) == VARIATION)
    rest = g_utf8_next_char (rest);
  g_string_append (text, rest);
  return g_string_free (text, FALSE);
}

char *
lan_emoji_recent_add (const char *recent, const char *text)
{
  g_auto (GStrv) old = g_strsplit (recent != NULL ? recent : "", " ", -1);
  GString *out = g_string_new (text);
  guint n = 1;

  for (guint i = 0; old[i] != NULL && n < LAN_EMOJI_RECENT_MAX; i++) {
    if (*old[i] == '\0' || g_str_equal (old[i], text))
      continue;
    g_string_append_printf (out, " %s", old[i]);
    n++;
  }
  return g_string_free (out, FALSE);
}

static gboolean
is_sign (gunichar c)
{
  return c == ':' || c == 0xff1a; /* what Chinese input methods give for it */
}

char *
lan_emoji_find_query (const char *line, glong *sign_chars)
{
  const char *p = line + strlen (line);
  const char *before;
  glong chars = 0;
  gboolean is_chinese = FALSE;

  do {
    gunichar c;

    if (p == line || chars > QUERY_MAX_CHARS)
      return NULL;
    p = g_utf8_find_prev_char (line, p);
    c = g_utf8_get_char (p);
    if (is_sign (c))
      break;
    if (!g_unichar_isalnum (c) && c != '_' && c != '-')
      return NULL;
    is_chinese = is_chinese || c >= 0x2e80;
    chars++;
  } while (TRUE);
  before = g_utf8_find_prev_char (line, p);
  /* In "12:30", "http:" and "他说:好" it is no such sign. */
  if (before != NULL && !g_unichar_isspace (g_utf8_get_char (before)) &&
      g_utf8_get_char (before) < 0x1f000)
    return NULL;
  if (chars < (is_chinese ? 1 : 2))
    return NULL;
  *sign_chars = g_utf8_strlen (line, p - line);
  return g_strdup (g_utf8_next_char (p));
}
