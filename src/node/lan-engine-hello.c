/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * HELLO, the payload of every handshake: its timestamp must grow for as long as the device lives,
 * also when the clock is set back, and those of others must grow for us (SECURITY 1.6). Ours is
 * reserved on disk some minutes ahead, so that handshakes do not write; others' are kept lazily: a
 * replay that slips through after a crash gets no further than a first message.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-server.h"
#include "lan-engine-store.h"

#include <string.h>

#define RESERVE_NS     (300 * G_GUINT64_CONSTANT (1000000000))
#define SECONDS_BYTES  8 /* of a ts; the rest are nanoseconds */
#define SETTING_OWN    "own-ts"
#define SETTING_SEEN   "seen-ts"
#define SETTING_SIGNAL "signal-ts"

static char *
seen_key (const char *setting, const guint8 *dh)
{
  g_autofree char *hex = lan_hex_encode (dh, LAN_KEY_BYTES);

  return g_strconcat (setting, ".", hex, NULL);
}

static void
load_seen (LanSeenTs *seen, const LanSettingRow *row, const char *prefix)
{
  guint8 dh[LAN_KEY_BYTES];

  if (g_str_has_prefix (row->key, prefix) &&
      lan_hex_decode (row->key + strlen (prefix), dh, sizeof dh) &&
      g_bytes_get_size (row->value) == LAN_TS_BYTES)
    lan_seen_ts_note (seen, dh, g_bytes_get_data (row->value, NULL));
}

void
lan_engine_hello_load (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanEngineLinks *links = engine->links;
  GBytes *own = lan_snapshot_get_setting (snapshot, "node." SETTING_OWN);

  if (own != NULL && g_bytes_get_size (own) == LAN_TS_BYTES)
    memcpy (links->own_ts, g_bytes_get_data (own, NULL), LAN_TS_BYTES);
  memcpy (links->own_ts_kept, links->own_ts, LAN_TS_BYTES);
  for (guint i = 0; i < snapshot->settings->len; i++) {
    load_seen (links->seen_ts, g_ptr_array_index (snapshot->settings, i), "node." SETTING_SEEN ".");
    load_seen (links->signal_ts, g_ptr_array_index (snapshot->settings, i),
               "node." SETTING_SIGNAL ".");
  }
}

void
lan_engine_hello (LanHello *out, gpointer data)
{
  LanEngine *engine = data;

  memset (out, 0, sizeof *out);
  out->list_seq = lan_vault_list_seq (engine->vault);
  out->caps = LAN_CAP_LINK | LAN_CAP_BULK;
  lan_engine_server_fill_hello (engine, out);
  lan_engine_hello_ts (engine, out->ts);
}

void
lan_engine_hello_ts (LanEngine *engine, guint8 ts[LAN_TS_BYTES])
{
  LanEngineLinks *links = engine->links;

  lan_engine_read_clock (engine);
  lan_ts_next (ts, links->own_ts, engine->now.wall_ms);
  memcpy (links->own_ts, ts, LAN_TS_BYTES);
  if (lan_ts_compare (links->own_ts, links->own_ts_kept) < 0)
    return;
  memcpy (links->own_ts_kept, links->own_ts, LAN_TS_BYTES);
  lan_ts_add (links->own_ts_kept, RESERVE_NS);
  lan_engine_store_put (engine->stores, "node", SETTING_OWN, links->own_ts_kept, LAN_TS_BYTES);
}

gboolean
lan_engine_hello_is_known (const guint8 *dh, gpointer data)
{
  LanEngine *engine = data;
  LanAccountId account;
  LanDeviceId device;

  return lan_core_find_dh (engine->core, dh, &account, &device);
}

gboolean
lan_engine_hello_is_new (LanEngine *engine, const guint8 *dh, const guint8 *ts)
{
  return lan_seen_ts_is_new (engine->links->seen_ts, dh, ts);
}

void
lan_engine_hello_note (LanEngine *engine, const guint8 *dh, const guint8 *ts)
{
  if (!lan_engine_hello_is_new (engine, dh, ts))
    return;
  lan_seen_ts_note (engine->links->seen_ts, dh, ts);
  if (lan_engine_hello_is_known (dh, engine)) {
    g_autofree char *key = seen_key (SETTING_SEEN, dh);

    lan_engine_store_put (engine->stores, "node", key, ts, LAN_TS_BYTES);
  }
}

/* Signals come by another way than handshakes and may overtake them: a table of their own. */
gboolean
lan_engine_signal_is_new (LanEngine *engine, const guint8 *dh, const guint8 *ts)
{
  return lan_seen_ts_is_new (engine->links->signal_ts, dh, ts);
}

void
lan_engine_signal_note (LanEngine *engine, const guint8 *dh, const guint8 *ts)
{
  guint8 second[LAN_TS_BYTES] = { 0 };
  g_autofree char *key = NULL;

  memcpy (second, ts, SECONDS_BYTES);
  if (lan_seen_ts_is_new (engine->links->signal_ts, dh, second)) { /* a burst writes once */
    key = seen_key (SETTING_SIGNAL, dh);
    lan_engine_store_put (engine->stores, "node", key, ts, LAN_TS_BYTES);
  }
  lan_seen_ts_note (engine->links->signal_ts, dh, ts);
}
