/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-json-feed.h"

#include <string.h>

#define SCALAR_MAX  64
#define REPLACEMENT 0xfffd

typedef enum {
  WANT_VALUE,
  WANT_VALUE_OR_END, /* just behind [ */
  WANT_KEY_OR_END,   /* just behind { */
  WANT_KEY,
  WANT_COLON,
  WANT_COMMA_OR_END,
  WANT_NOTHING,
} Want;

typedef enum {
  IN_NOTHING,
  IN_STRING,
  IN_ESCAPE, /* behind a backslash */
  IN_CODE,   /* in the digits behind \u */
  IN_SCALAR,
} In;

struct _LanJsonFeed {
  LanJsonTake take;
  gpointer user_data;
  LanStatus status;
  Want want;
  In in;
  gboolean is_key;
  gboolean is_object[LAN_JSON_DEPTH_MAX];
  guint depth;
  GString *text;
  guint digits; /* of a code, so far */
  gunichar code;
  gunichar first; /* half of a pair that waits for the other; 0: none */
};

LanJsonFeed *
lan_json_feed_new (LanJsonTake take, gpointer user_data)
{
  LanJsonFeed *feed = g_new0 (LanJsonFeed, 1);

  feed->take = take;
  feed->user_data = user_data;
  feed->text = g_string_new (NULL);
  return feed;
}

void
lan_json_feed_free (LanJsonFeed *feed)
{
  if (feed == NULL)
    return;
  g_string_free (feed->text, TRUE);
  g_free (feed);
}

gboolean
lan_json_feed_is_done (const LanJsonFeed *feed)
{
  return feed->status == LAN_STATUS_OK && feed->want == WANT_NOTHING;
}

static LanStatus
tell (LanJsonFeed *feed, LanJsonEvent event)
{
  LanStatus status = feed->take (event, feed->text->str, feed->text->len, feed->user_data);

  g_string_truncate (feed->text, 0);
  return status;
}

/* A value has ended. */
static void
step_on (LanJsonFeed *feed)
{
  feed->want = feed->depth == 0 ? WANT_NOTHING : WANT_COMMA_OR_END;
}

static LanStatus
open_one (LanJsonFeed *feed, gboolean is_object)
{
  if (feed->depth == LAN_JSON_DEPTH_MAX)
    return LAN_STATUS_OVERSIZED;
  feed->is_object[feed->depth++] = is_object;
  feed->want = is_object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
  return tell (feed, is_object ? LAN_JSON_OBJECT : LAN_JSON_ARRAY);
}

static LanStatus
close_one (LanJsonFeed *feed, gboolean is_object)
{
  gboolean may = feed->want == WANT_COMMA_OR_END ||
                 feed->want == (is_object ? WANT_KEY_OR_END : WANT_VALUE_OR_END);

  if (!may || feed->depth == 0 || feed->is_object[feed->depth - 1] != is_object)
    return LAN_STATUS_MALFORMED;
  feed->depth--;
  step_on (feed);
  return tell (feed, LAN_JSON_CLOSE);
}

static LanStatus
begin_string (LanJsonFeed *feed)
{
  feed->is_key = feed->want == WANT_KEY || feed->want == WANT_KEY_OR_END;
  if (!feed->is_key && feed->want != WANT_VALUE && feed->want != WANT_VALUE_OR_END)
    return LAN_STATUS_MALFORMED;
  feed->in = IN_STRING;
  feed->first = 0;
  return LAN_STATUS_OK;
}

/* A byte outside of strings and scalars. */
static LanStatus
take_mark (LanJsonFeed *feed, char c)
{
  gboolean is_value = feed->want == WANT_VALUE || feed->want == WANT_VALUE_OR_END;

  switch (c) {
  case ' ':
  case '\t':
  case '\r':
  case '\n':
    return LAN_STATUS_OK;
  case '{':
  case '[':
    return is_value ? open_one (feed, c == '{') : LAN_STATUS_MALFORMED;
  case '}':
  case ']':
    return close_one (feed, c == '}');
  case '"':
    return begin_string (feed);
  case ':':
    if (feed->want != WANT_COLON)
      return LAN_STATUS_MALFORMED;
    feed->want = WANT_VALUE;
    return LAN_STATUS_OK;
  case ',':
    if (feed->want != WANT_COMMA_OR_END)
      return LAN_STATUS_MALFORMED;
    feed->want = feed->is_object[feed->depth - 1] ? WANT_KEY : WANT_VALUE;
    return LAN_STATUS_OK;
  default:
    if (!is_value || (!g_ascii_isalnum (c) && c != '-'))
      return LAN_STATUS_MALFORMED;
    feed->in = IN_SCALAR;
    g_string_append_c (feed->text, c);
    return LAN_STATUS_OK;
  }
}

/* Half of a pair without the other stands for nothing. */
static void
put_char (LanJsonFeed *feed, gunichar c)
{
  if (feed->first != 0 && c >= 0xdc00 && c <= 0xdfff) {
    c = 0x10000 + ((feed->first - 0xd800) << 10) + (c - 0xdc00);
    feed->first = 0;
  } else if (feed->first != 0) {
    g_string_append_unichar (feed->text, REPLACEMENT);
    feed->first = 0;
  }
  if (c >= 0xd800 && c <= 0xdbff)
    feed->first = c;
  else
    g_string_append_unichar (feed->text, c == 0 || (c >= 0xdc00 && c <= 0xdfff) ? REPLACEMENT : c);
}

static LanStatus
take_escape (LanJsonFeed *feed, char c)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *at = c != '\0' ? strchr (from, c) : NULL;

  if (c == 'u') {
    feed->in = IN_CODE;
    feed->digits = 0;
    feed->code = 0;
    return LAN_STATUS_OK;
  }
  if (at == NULL)
    return LAN_STATUS_MALFORMED;
  put_char (feed, (gunichar) to[at - from]);
  feed->in = IN_STRING;
  return LAN_STATUS_OK;
}

static LanStatus
take_digit (LanJsonFeed *feed, char c)
{
  if (!g_ascii_isxdigit (c))
    return LAN_STATUS_MALFORMED;
  feed->code = feed->code << 4 | (gunichar) g_ascii_xdigit_value (c);
  if (++feed->digits < 4)
    return LAN_STATUS_OK;
  feed->in = IN_STRING;
  put_char (feed, feed->code);
  return LAN_STATUS_OK;
}

static LanStatus
end_string (LanJsonFeed *feed)
{
  if (feed->first != 0)
    g_string_append_unichar (feed->text, REPLACEMENT);
  feed->in = IN_NOTHING;
  if (!feed->is_key) {
    step_on (feed);
    return tell (feed, LAN_JSON_STRING);
  }
  feed->want = WANT_COLON;
  return tell (feed, LAN_JSON_KEY);
}

static LanStatus
take_in_string (LanJsonFeed *feed, char c)
{
  if (feed->text->len >= LAN_JSON_STRING_MAX)
    return LAN_STATUS_OVERSIZED;
  if (c == '"')
    return end_string (feed);
  if (c == '\\') {
    feed->in = IN_ESCAPE;
    return LAN_STATUS_OK;
  }
  if ((guint8) c < 0x20)
    return LAN_STATUS_MALFORMED;
  if (feed->first != 0) {
    g_string_append_unichar (feed->text, REPLACEMENT);
    feed->first = 0;
  }
  g_string_append_c (feed->text, c);
  return LAN_STATUS_OK;
}

/* The byte behind a scalar belongs to what comes next. */
static LanStatus
take_in_scalar (LanJsonFeed *feed, char c)
{
  LanStatus status;

  if (g_ascii_isalnum (c) || c == '-' || c == '+' || c == '.') {
    g_string_append_c (feed->text, c);
    return feed->text->len > SCALAR_MAX ? LAN_STATUS_OVERSIZED : LAN_STATUS_OK;
  }
  feed->in = IN_NOTHING;
  step_on (feed);
  status = tell (feed, LAN_JSON_SCALAR);
  return status != LAN_STATUS_OK || feed->want == WANT_NOTHING ? status : take_mark (feed, c);
}

static LanStatus
take_byte (LanJsonFeed *feed, char c)
{
  switch (feed->in) {
  case IN_STRING:
    return take_in_string (feed, c);
  case IN_ESCAPE:
    return take_escape (feed, c);
  case IN_CODE:
    return take_digit (feed, c);
  case IN_SCALAR:
    return take_in_scalar (feed, c);
  case IN_NOTHING:
  default:
    return take_mark (feed, c);
  }
}

LanStatus
lan_json_feed_bytes (LanJsonFeed *feed, const guint8 *data, gsize len)
{
  for (gsize i = 0; i < len && feed->status == LAN_STATUS_OK && feed->want != WANT_NOTHING; i++)
    feed->status = take_byte (feed, (char) data[i]);
  return feed->status;
}
