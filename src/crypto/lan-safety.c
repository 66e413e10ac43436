/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-safety.h"

#include "lan-bytes.h"
#include "lan-kdf.h"
#include "lan-words.h"

#include <string.h>

#define GROUPS       6 /* of five digits, for each account */
#define GROUP_DIGITS 5
#define DIGEST_BYTES LAN_WORDS_DIGEST_BYTES
#define WORD_BITS    11

static const guint8 no_key[LAN_KEY_BYTES];

/* Both keys, smaller first, so that both sides come to the same. */
static void
order (const LanAccountId **a, const LanAccountId **b)
{
  const LanAccountId *first = *a;

  if (lan_account_id_compare (first, *b) <= 0)
    return;
  *a = *b;
  *b = first;
}

static void
write_half (const LanAccountId *account, char *out)
{
  guint8 d[DIGEST_BYTES];

  lan_kdf (d, sizeof d, no_key, LAN_KDF_SN, account->b, sizeof account->b);
  for (guint g = 0; g < GROUPS; g++) {
    const guint8 *p = d + 5 * g;
    guint64 v = (guint64) p[0] << 32 | (guint64) p[1] << 24 | (guint64) p[2] << 16 |
                (guint64) p[3] << 8 | p[4];

    g_snprintf (out + GROUP_DIGITS * g, GROUP_DIGITS + 1, "%05u", (guint) (v % 100000));
  }
}

void
lan_safety_number (const LanAccountId *a, const LanAccountId *b, char out[LAN_SAFETY_DIGITS + 1])
{
  order (&a, &b);
  write_half (a, out);
  write_half (b, out + LAN_SAFETY_DIGITS / 2);
}

gboolean
lan_safety_number_matches (const LanAccountId *a, const LanAccountId *b, const char *text)
{
  char number[LAN_SAFETY_DIGITS + 1], digits[LAN_SAFETY_DIGITS + 1];
  gsize n = 0;

  for (; *text != '\0'; text++) {
    if (!g_ascii_isdigit (*text))
      continue;
    if (n == LAN_SAFETY_DIGITS)
      return FALSE;
    digits[n++] = *text;
  }
  digits[n] = '\0';
  lan_safety_number (a, b, number);
  return strcmp (number, digits) == 0;
}

void
lan_safety_words (const LanAccountId *a, const LanAccountId *b, guint16 out[LAN_SAFETY_WORDS])
{
  guint8 context[2 * LAN_ACCOUNT_ID_BYTES + 1], d[DIGEST_BYTES];

  order (&a, &b);
  memcpy (context, a->b, LAN_ACCOUNT_ID_BYTES);
  memcpy (context + LAN_ACCOUNT_ID_BYTES, b->b, LAN_ACCOUNT_ID_BYTES);
  context[2 * LAN_ACCOUNT_ID_BYTES] = 'w';
  lan_kdf (d, sizeof d, no_key, LAN_KDF_SN, context, sizeof context);
  lan_words_of_digest (d, out);
}

void
lan_words_of_digest (const guint8 digest[LAN_WORDS_DIGEST_BYTES], guint16 out[LAN_SAFETY_WORDS])
{
  for (guint i = 0; i < LAN_SAFETY_WORDS; i++) {
    guint bit = WORD_BITS * i;
    const guint8 *p = digest + bit / 8;
    guint v = (guint) p[0] << 16 | (guint) p[1] << 8 | p[2];

    /* Most significant bit first: the word begins bit % 8 bits into p[0]. */
    out[i] = (guint16) (v >> (24 - WORD_BITS - bit % 8) & 0x7ff);
  }
}

char *
lan_word_dup (LanWordList list, guint index)
{
  const char *p = lan_words[list == LAN_WORDS_CHINESE ? LAN_WORDS_CHINESE : LAN_WORDS_ENGLISH];

  if (index >= LAN_WORD_COUNT)
    return NULL;
  for (; index > 0; index--)
    p = strchr (p, ' ') + 1;
  return g_strndup (p, strcspn (p, " "));
}

LanWordList
lan_word_list_for_locale (const char *locale)
{
  return locale != NULL && g_str_has_prefix (locale, "zh") ? LAN_WORDS_CHINESE : LAN_WORDS_ENGLISH;
}

/* Skips what may stand between two words: spaces, commas, full stops, in ASCII or CJK form. */
static const char *
skip_separators (const char *p)
{
  for (; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isspace (c) && !g_unichar_ispunct (c))
      break;
  }
  return p;
}

/* TRUE when @p (lower case) is exactly the words of @list in order. */
static gboolean
match_list (const guint16 indices[LAN_SAFETY_WORDS], LanWordList list, const char *p)
{
  for (guint i = 0; i < LAN_SAFETY_WORDS; i++) {
    g_autofree char *word = lan_word_dup (list, indices[i]);
    gsize len = strlen (word);

    p = skip_separators (p);
    if (strncmp (p, word, len) != 0)
      return FALSE;
    p += len;
    /* English words are told apart by what stands between them. */
    if (list == LAN_WORDS_ENGLISH && g_ascii_isalnum (*p))
      return FALSE;
  }
  return *skip_separators (p) == '\0';
}

gboolean
lan_words_match (const guint16 indices[LAN_SAFETY_WORDS], const char *text)
{
  g_autofree char *lower = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  lower = g_utf8_strdown (text, -1);
  return match_list (indices, LAN_WORDS_ENGLISH, lower) ||
         match_list (indices, LAN_WORDS_CHINESE, lower);
}

gboolean
lan_safety_words_match (const LanAccountId *a, const LanAccountId *b, const char *text)
{
  guint16 indices[LAN_SAFETY_WORDS];

  lan_safety_words (a, b, indices);
  return lan_words_match (indices, text);
}

void
lan_safety_qr (const LanAccountId *own, const LanAccountId *peer, guint8 out[LAN_SAFETY_QR_BYTES])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_SAFETY_QR_BYTES);
  lan_write_bytes (&w, "LYV1", 4);
  lan_write_bytes (&w, own->b, sizeof own->b);
  lan_write_bytes (&w, peer->b, sizeof peer->b);
  lan_write_zeros (&w, 16);
}

LanStatus
lan_safety_qr_check (const LanAccountId *own, const LanAccountId *peer, const guint8 *data,
                     gsize len)
{
  guint8 expected[LAN_SAFETY_QR_BYTES];

  if (len != LAN_SAFETY_QR_BYTES)
    return len < LAN_SAFETY_QR_BYTES ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
  if (memcmp (data, "LYV1", 4) != 0)
    return LAN_STATUS_MALFORMED;
  /* What the other's screen shows: their key as their own, ours as the peer's. */
  lan_safety_qr (peer, own, expected);
  return memcmp (data, expected, sizeof expected) == 0 ? LAN_STATUS_OK : LAN_STATUS_MISMATCH;
}
