/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-discovery-record.h"

#include <string.h>

#define STATE_MAX 15

enum {
  KEY_V = 1 << 0,
  KEY_P = 1 << 1,
  KEY_N = 1 << 2,
  KEY_I = 1 << 3,
  KEY_S = 1 << 4,
  KEY_B = 1 << 5,
  KEY_T = 1 << 6,
  KEYS_VISIBLE = KEY_V | KEY_P | KEY_N | KEY_I | KEY_S,
  KEYS_HIDDEN = KEY_V | KEY_P | KEY_B | KEY_T,
};

gboolean
lan_instance_id_equal (const LanInstanceId *a, const LanInstanceId *b)
{
  return memcmp (a->b, b->b, sizeof a->b) == 0;
}

static void
set_name (LanDiscoveryRecord *record, const char *name, gssize len)
{
  g_autofree char *clean = lan_text_clean_line (name, len, LAN_NAME_MAX_BYTES);

  g_strlcpy (record->name, clean, sizeof record->name);
}

void
lan_discovery_record_init_visible (LanDiscoveryRecord *record, guint16 port, const char *name,
                                   const guint8 *account_prefix, guint8 state)
{
  *record = (LanDiscoveryRecord){ .port = port, .state = MIN (state, STATE_MAX) };
  set_name (record, name, -1);
  memcpy (record->account_prefix, account_prefix, LAN_ACCOUNT_PREFIX_BYTES);
}

void
lan_discovery_record_init_hidden (LanDiscoveryRecord *record, guint16 port, const guint8 *nonce,
                                  const guint8 *tags, gsize n_tags)
{
  *record = (LanDiscoveryRecord){ .hidden = TRUE, .port = port };
  memcpy (record->nonce, nonce, LAN_BEACON_NONCE_BYTES);
  record->n_tags = MIN (n_tags, LAN_CONTACT_TAGS_MAX);
  if (record->n_tags > 0)
    memcpy (record->tags, tags, (gsize) record->n_tags * LAN_CONTACT_TAG_BYTES);
}

gboolean
lan_discovery_record_equal (const LanDiscoveryRecord *a, const LanDiscoveryRecord *b)
{
  return a->hidden == b->hidden && a->port == b->port && strcmp (a->name, b->name) == 0 &&
         memcmp (a->account_prefix, b->account_prefix, sizeof a->account_prefix) == 0 &&
         a->state == b->state && memcmp (a->nonce, b->nonce, sizeof a->nonce) == 0 &&
         a->n_tags == b->n_tags &&
         memcmp (a->tags, b->tags, (gsize) a->n_tags * LAN_CONTACT_TAG_BYTES) == 0;
}

static void
add_item (GPtrArray *items, char key, const void *value, gsize len)
{
  guint8 item[LAN_TXT_ITEM_MAX_BYTES] = { (guint8) key, '=' };

  g_assert (len + 2 <= sizeof item);
  if (len > 0)
    memcpy (item + 2, value, len);
  g_ptr_array_add (items, g_bytes_new (item, len + 2));
}

static void
add_number (GPtrArray *items, char key, guint value)
{
  char text[16];

  g_snprintf (text, sizeof text, "%u", value);
  add_item (items, key, text, strlen (text));
}

GPtrArray *
lan_discovery_record_to_txt (const LanDiscoveryRecord *record)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  add_number (items, 'v', LAN_DISCOVERY_VERSION);
  add_number (items, 'p', record->port);
  if (record->hidden) {
    add_item (items, 'b', record->nonce, sizeof record->nonce);
    add_item (items, 't', record->tags, (gsize) record->n_tags * LAN_CONTACT_TAG_BYTES);
  } else {
    add_item (items, 'n', record->name, strlen (record->name));
    add_item (items, 'i', record->account_prefix, sizeof record->account_prefix);
    add_number (items, 's', record->state);
  }
  return items;
}

void
lan_txt_reader_init (LanTxtReader *reader)
{
  *reader = (LanTxtReader){ .status = LAN_STATUS_OK };
}

/* Plain decimal without sign, space or leading zero, so that one number has one spelling. */
static gboolean
read_number (const guint8 *text, gsize len, guint max, guint *out)
{
  guint value = 0;

  if (len == 0 || len > 5 || (len > 1 && text[0] == '0'))
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    value = value * 10 + (text[i] - '0');
  }
  *out = value;
  return value <= max;
}

static LanStatus
read_version (const guint8 *value, gsize len)
{
  guint number;

  if (!read_number (value, len, 99999, &number))
    return LAN_STATUS_MALFORMED;
  return number == LAN_DISCOVERY_VERSION ? LAN_STATUS_OK : LAN_STATUS_VERSION;
}

static LanStatus
read_tags (LanDiscoveryRecord *record, const guint8 *value, gsize len)
{
  if (len % LAN_CONTACT_TAG_BYTES != 0 || len > sizeof record->tags)
    return LAN_STATUS_MALFORMED;
  record->n_tags = len / LAN_CONTACT_TAG_BYTES;
  if (len > 0)
    memcpy (record->tags, value, len);
  return LAN_STATUS_OK;
}

static LanStatus
read_fixed (guint8 *out, gsize size, const guint8 *value, gsize len)
{
  if (len != size)
    return LAN_STATUS_MALFORMED;
  memcpy (out, value, size);
  return LAN_STATUS_OK;
}

static LanStatus
read_value (LanTxtReader *reader, guint32 key, const guint8 *value, gsize len)
{
  LanDiscoveryRecord *record = &reader->record;
  guint number;

  switch (key) {
  case KEY_V:
    return read_version (value, len);
  case KEY_P:
    if (!read_number (value, len, G_MAXUINT16, &number) || number == 0)
      return LAN_STATUS_MALFORMED;
    record->port = number;
    return LAN_STATUS_OK;
  case KEY_S:
    if (!read_number (value, len, STATE_MAX, &number))
      return LAN_STATUS_MALFORMED;
    record->state = number;
    return LAN_STATUS_OK;
  case KEY_N:
    set_name (record, (const char *) value, len);
    return LAN_STATUS_OK;
  case KEY_I:
    return read_fixed (record->account_prefix, sizeof record->account_prefix, value, len);
  case KEY_B:
    return read_fixed (record->nonce, sizeof record->nonce, value, len);
  default:
    return read_tags (record, value, len);
  }
}

/* Returns: the bit of a known key, 0 for items that are passed over (RFC 6763 6.4: no '=', or a key
 * of a newer version). */
static guint32
item_key (const guint8 *item, gsize len)
{
  static const char keys[] = "vpnisbt";
  const char *at;

  if (len < 2 || item[1] != '=' || item[0] == '\0')
    return 0;
  at = strchr (keys, item[0]);
  return at != NULL ? 1u << (at - keys) : 0;
}

static LanStatus
add (LanTxtReader *reader, const guint8 *item, gsize len)
{
  guint32 key;

  reader->n_items++;
  reader->n_bytes += MIN (len, LAN_TXT_MAX_BYTES + 1);
  if (len > LAN_TXT_ITEM_MAX_BYTES || reader->n_items > LAN_TXT_MAX_ITEMS ||
      reader->n_bytes > LAN_TXT_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  key = item_key (item, len);
  if (key == 0)
    return LAN_STATUS_OK;
  if (reader->seen & key)
    return LAN_STATUS_MALFORMED;
  reader->seen |= key;
  return read_value (reader, key, item + 2, len - 2);
}

LanStatus
lan_txt_reader_add (LanTxtReader *reader, const guint8 *item, gsize len)
{
  if (reader->status == LAN_STATUS_OK)
    reader->status = add (reader, item, len);
  return reader->status;
}

LanStatus
lan_txt_reader_finish (LanTxtReader *reader, LanDiscoveryRecord *record)
{
  if (reader->status != LAN_STATUS_OK)
    return reader->status;
  if (reader->seen != KEYS_VISIBLE && reader->seen != KEYS_HIDDEN) {
    reader->status = LAN_STATUS_MALFORMED;
    return reader->status;
  }
  reader->record.hidden = reader->seen == KEYS_HIDDEN;
  *record = reader->record;
  return LAN_STATUS_OK;
}
