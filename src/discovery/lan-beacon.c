/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-beacon.h"

#include "lan-bytes.h"

#include <string.h>

#define VERSION     1
#define FLAG_BYE    (1 << 0)
#define FLAG_HIDDEN (1 << 1)
#define STATE_MAX   15

static const guint8 magic[4] = { 'L', 'Y', 'B', 'N' };

gsize
lan_beacon_encode (const LanBeacon *beacon, guint8 out[LAN_BEACON_MAX_BYTES])
{
  const LanDiscoveryRecord *record = &beacon->record;
  gsize name_len = strlen (record->name);
  LanWriter w;

  lan_writer_init (&w, out, LAN_BEACON_MAX_BYTES);
  lan_write_bytes (&w, magic, sizeof magic);
  lan_write_u8 (&w, VERSION);
  lan_write_u8 (&w, (beacon->bye ? FLAG_BYE : 0) | (record->hidden ? FLAG_HIDDEN : 0));
  lan_write_u16 (&w, beacon->interval_ms);
  lan_write_bytes (&w, beacon->instance.b, sizeof beacon->instance.b);
  lan_write_u16 (&w, record->port);
  if (record->hidden) {
    lan_write_bytes (&w, record->nonce, sizeof record->nonce);
    lan_write_u8 (&w, record->n_tags);
    lan_write_bytes (&w, record->tags, (gsize) record->n_tags * LAN_CONTACT_TAG_BYTES);
  } else {
    lan_write_u8 (&w, record->state);
    lan_write_bytes (&w, record->account_prefix, sizeof record->account_prefix);
    lan_write_u8 (&w, name_len);
    lan_write_bytes (&w, record->name, name_len);
  }
  g_assert (!w.failed);
  return w.len;
}

static LanStatus
read_visible (LanReader *r, LanDiscoveryRecord *record)
{
  g_autofree char *clean = NULL;
  const guint8 *name;
  guint8 len;

  record->state = lan_read_u8 (r);
  lan_read_bytes (r, record->account_prefix, sizeof record->account_prefix);
  len = lan_read_u8 (r);
  if (len > LAN_NAME_MAX_BYTES || record->state > STATE_MAX)
    return LAN_STATUS_MALFORMED;
  name = lan_read_span (r, len);
  if (name == NULL)
    return LAN_STATUS_TRUNCATED;
  clean = lan_text_clean_line ((const char *) name, len, LAN_NAME_MAX_BYTES);
  g_strlcpy (record->name, clean, sizeof record->name);
  return LAN_STATUS_OK;
}

static LanStatus
read_hidden (LanReader *r, LanDiscoveryRecord *record)
{
  record->hidden = TRUE;
  lan_read_bytes (r, record->nonce, sizeof record->nonce);
  record->n_tags = lan_read_u8 (r);
  if (record->n_tags > LAN_CONTACT_TAGS_MAX)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (r, (guint8 *) record->tags, (gsize) record->n_tags * LAN_CONTACT_TAG_BYTES);
  return LAN_STATUS_OK;
}

static LanStatus
read_header (LanReader *r, LanBeacon *beacon, guint8 *flags)
{
  guint8 head[sizeof magic];
  guint8 version;

  lan_read_bytes (r, head, sizeof head);
  version = lan_read_u8 (r);
  *flags = lan_read_u8 (r);
  beacon->interval_ms = lan_read_u16 (r);
  lan_read_bytes (r, beacon->instance.b, sizeof beacon->instance.b);
  beacon->record.port = lan_read_u16 (r);
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  if (memcmp (head, magic, sizeof magic) != 0)
    return LAN_STATUS_MALFORMED;
  if (version != VERSION)
    return LAN_STATUS_VERSION;
  if ((*flags & ~(FLAG_BYE | FLAG_HIDDEN)) != 0 || beacon->record.port == 0 ||
      beacon->interval_ms < LAN_BEACON_MIN_INTERVAL_MS ||
      beacon->interval_ms > LAN_BEACON_MAX_INTERVAL_MS)
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

LanStatus
lan_beacon_decode (LanBeacon *beacon, const guint8 *data, gsize len)
{
  LanBeacon b = { 0 };
  LanReader r;
  LanStatus status;
  guint8 flags;

  if (len > LAN_BEACON_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  status = read_header (&r, &b, &flags);
  if (status != LAN_STATUS_OK)
    return status;
  b.bye = (flags & FLAG_BYE) != 0;
  status = flags & FLAG_HIDDEN ? read_hidden (&r, &b.record) : read_visible (&r, &b.record);
  if (status != LAN_STATUS_OK)
    return status;
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  *beacon = b;
  return LAN_STATUS_OK;
}
