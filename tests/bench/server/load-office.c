/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Clients of lanyard-server: real lanes, real logins. Person i has keys made of i. */
#include "lan-cert.h"
#include "lan-device-list.h"
#include "lan-identity.h"
#include "lan-invite.h"
#include "lan-lane.h"
#include "lan-random-system.h"
#include "lan-server-frame.h"
#include "lan-slim-lane.h"
#include "load.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static guint8 server_key[LAN_KEY_BYTES], net_id[LAN_NET_ID_BYTES];

static void
seed_of (guint8 out[LAN_KEY_BYTES], guint i, const char *purpose)
{
  g_autofree char *text = g_strdup_printf ("%s %u", purpose, i);

  lan_hash_n (out, LAN_KEY_BYTES, text, strlen (text));
}

static void
make_keys (guint i, LanAccountKeys **account, LanDeviceKeys **device)
{
  guint8 a[LAN_KEY_BYTES], s[LAN_KEY_BYTES], d[LAN_KEY_BYTES];

  seed_of (a, i, "account");
  seed_of (s, i, "sign");
  seed_of (d, i, "dh");
  *account = lan_account_keys_new_from_seed (a);
  *device = lan_device_keys_new_from_seeds (lan_account_keys_id (*account), s, d);
}

static LanDeviceId *ids;
static guint n_ids;

static const guint8 *
device_of (guint i)
{
  if (i >= n_ids) {
    ids = g_renew (LanDeviceId, ids, i + 1);
    for (; n_ids <= i; n_ids++) {
      LanAccountKeys *account;
      LanDeviceKeys *device;

      make_keys (n_ids, &account, &device);
      ids[n_ids] = *lan_device_keys_id (device);
      lan_device_keys_free (device);
      lan_account_keys_free (account);
    }
  }
  return ids[i].b;
}

void
office_setup (const char *key_hex, guint n)
{
  lan_crypto_init ();
  if (!lan_hex_decode (key_hex, server_key, sizeof server_key))
    g_error ("no key: %s", key_hex);
  lan_server_net_id (net_id, server_key);
  (void) device_of (n - 1); /* all of them, before anything is measured */
}

static void
bind_bytes (sqlite3_stmt *s, int at, GBytes *bytes)
{
  sqlite3_bind_blob (s, at, g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes),
                     SQLITE_TRANSIENT);
}

static void
insert (sqlite3_stmt *people, sqlite3_stmt *devices, guint i)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *login = g_strdup_printf ("person%u", i);
  LanAccountKeys *account;
  LanDeviceKeys *device;
  guint8 uid[16];
  GBytes *cert, *list;
  LanDeviceList l = { .seq = 1, .time_s = now };

  make_keys (i, &account, &device);
  lan_hash_n (uid, sizeof uid, login, strlen (login));
  cert = lan_cert_issue (account, device, login, now - 100, now + 86400 * 300, 1, 0);
  l.account = *lan_account_keys_id (account);
  l.n_devices = 1;
  l.devices[0].device = *lan_device_keys_id (device);
  lan_hash_256 (&l.devices[0].cert_hash, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));
  list = lan_device_list_issue (&l, account);
  sqlite3_bind_blob (people, 1, uid, sizeof uid, SQLITE_TRANSIENT);
  sqlite3_bind_blob (people, 2, &l.account, sizeof l.account, SQLITE_TRANSIENT);
  sqlite3_bind_text (people, 3, login, -1, SQLITE_TRANSIENT);
  bind_bytes (people, 4, list);
  sqlite3_bind_blob (devices, 1, lan_device_keys_id (device), 8, SQLITE_TRANSIENT);
  sqlite3_bind_blob (devices, 2, uid, sizeof uid, SQLITE_TRANSIENT);
  sqlite3_bind_blob (devices, 3, lan_device_keys_dh_public (device), 32, SQLITE_TRANSIENT);
  bind_bytes (devices, 4, cert);
  if (sqlite3_step (people) != SQLITE_DONE || sqlite3_step (devices) != SQLITE_DONE)
    g_error ("cannot insert %s", login);
  sqlite3_reset (people);
  sqlite3_reset (devices);
  g_bytes_unref (cert);
  g_bytes_unref (list);
  lan_device_keys_free (device);
  lan_account_keys_free (account);
}

int
office_prepare (const char *database, guint n)
{
  sqlite3_stmt *people = NULL, *devices = NULL;
  sqlite3 *db = NULL;

  if (sqlite3_open (database, &db) != SQLITE_OK ||
      sqlite3_exec (db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2 (db, "INSERT INTO account VALUES (?1, ?2, ?3, ?3, '', '', 0, 0, ?4, 1)",
                          -1, &people, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2 (db, "INSERT INTO device VALUES (?1, ?2, ?3, 0, ?4, 0)", -1, &devices,
                          NULL) != SQLITE_OK)
    g_error ("%s: %s", database, sqlite3_errmsg (db));
  for (guint i = 0; i < n; i++)
    insert (people, devices, i);
  sqlite3_finalize (people);
  sqlite3_finalize (devices);
  sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  sqlite3_close (db);
  return 0;
}

/* ---- connections ---- */

#define ENVELOPE_BYTES 300

typedef struct {
  LanLane *lane;     /* until the keys are there */
  LanSlimLane *slim; /* from then on */
} Office;

static LanSlimPool *pool;

static void
take_output (Conn *conn)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (((Office *) conn->state)->lane);
  gsize len;

  if (bytes == NULL)
    return;
  {
    const guint8 *data = g_bytes_get_data (bytes, &len);

    g_byte_array_append (conn->out, data, (guint) len);
  }
  load_output (conn);
}

static void
office_open (Conn *conn)
{
  guint8 dh[LAN_KEY_BYTES];
  Office *office = g_new0 (Office, 1);
  LanLaneConfig config = { .kind = LAN_LANE_KIND_SERVER,
                           .pattern = LAN_LANE_PATTERN_XK,
                           .remote_public = server_key,
                           .local_secret = dh,
                           .net_id = net_id,
                           .random = lan_random_system () };

  if (pool == NULL)
    pool = lan_slim_pool_new ();
  seed_of (dh, conn->index, "dh");
  lan_ts_next (config.hello.ts, NULL, g_get_real_time () / 1000);
  office->lane = lan_lane_new_dialer (&config, 0);
  conn->state = office;
  take_output (conn);
}

static void
send_frame (Conn *conn, const guint8 *frame, gsize len)
{
  if (lan_slim_lane_send (((Office *) conn->state)->slim, frame, len, 0, conn->out) !=
      LAN_STATUS_OK)
    load_refused ();
  load_output (conn);
}

static void
take_frame (gpointer data, const guint8 *frame, gsize len)
{
  Conn *conn = data;
  LanServerSignal signal;
  guint64 number;

  switch ((guint) lan_server_frame_peek_type (frame, len)) {
  case LAN_SERVER_SIGNAL:
    if (lan_server_signal_read (&signal, frame, len))
      load_received (signal.payload, signal.payload_len);
    break;
  case LAN_SERVER_WELCOME:
    load_ready (conn);
    break;
  case LAN_SERVER_STORED: /* the deposit's id ends it */
    memcpy (&number, frame + len - LAN_SERVER_DEPOSIT_ID_BYTES, sizeof number);
    load_stored (number);
    break;
  case LAN_SERVER_REFUSED:
  case LAN_SERVER_GOODBYE:
    load_refused ();
    break;
  default:
    break;
  }
}

static void
shake_hands (Conn *conn, const guint8 *data, gsize len)
{
  static const guint8 login[] = { 0x92, 0x01, 4, 0x08, 1, 0x10, 1 };
  Office *office = conn->state;
  gboolean is_open = FALSE;
  LanLaneEvent event;

  if (lan_lane_feed (office->lane, data, len, 0) != LAN_STATUS_OK)
    load_refused ();
  while (lan_lane_next_event (office->lane, &event)) {
    is_open = is_open || event.type == LAN_LANE_ESTABLISHED;
    lan_lane_event_clear (&event);
  }
  take_output (conn);
  if (!is_open)
    return;
  office->slim = lan_slim_lane_adopt (pool, office->lane, 0);
  g_clear_pointer (&office->lane, lan_lane_free);
  send_frame (conn, login, sizeof login);
}

static void
office_read (Conn *conn, guint8 *data, gsize len)
{
  Office *office = conn->state;

  if (office->slim == NULL)
    shake_hands (conn, data, len);
  else if (lan_slim_lane_feed (office->slim, data, len, 0, take_frame, conn) != LAN_STATUS_OK)
    load_refused ();
}

static void
office_send (Conn *from, guint to, const guint8 *payload, gsize len)
{
  guint8 frame[LAN_SERVER_SIGNAL_FRAME_MAX];

  send_frame (from, frame, lan_server_signal_write (frame, device_of (to), payload, len));
}

/* The same deposit again and again but for device and id, which lie before the envelope. */
static GByteArray *
deposit_frame (void)
{
  static GByteArray *kept;
  guint8 device[LAN_DEVICE_ID_BYTES] = { 0 }, id[LAN_SERVER_DEPOSIT_ID_BYTES] = { 0 };
  guint8 envelope[ENVELOPE_BYTES] = { 0 };
  Lanyard__Server__Deposit body = LANYARD__SERVER__DEPOSIT__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  if (kept != NULL)
    return kept;
  body.device = (ProtobufCBinaryData){ sizeof device, device };
  body.id = (ProtobufCBinaryData){ sizeof id, id };
  body.envelope = (ProtobufCBinaryData){ sizeof envelope, envelope };
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DEPOSIT;
  frame.deposit = &body;
  kept = g_bytes_unref_to_array (lan_server_frame_encode (&frame));
  return kept;
}

static void
office_deposit (Conn *from, guint to, guint64 number)
{
  GByteArray *frame = deposit_frame ();
  guint8 *id = frame->data + frame->len - ENVELOPE_BYTES - 3 - LAN_SERVER_DEPOSIT_ID_BYTES;

  memcpy (id, &number, sizeof number);
  memcpy (id + 8, &from->index, sizeof from->index);
  memcpy (id - 2 - LAN_DEVICE_ID_BYTES, device_of (to), LAN_DEVICE_ID_BYTES);
  send_frame (from, frame->data, frame->len);
}

const Protocol office_protocol = { "lanyard", office_open, office_read, office_send,
                                   office_deposit };
