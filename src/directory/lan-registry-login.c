/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Login of an enrolled device: XK has proved its key, the tables say what it may do.
 */
#include "lan-registry-private.h"

#include <string.h>

static void
set_bytes (ProtobufCBinaryData *field, GBytes *bytes)
{
  gsize len = 0;

  field->data = bytes != NULL ? (guint8 *) g_bytes_get_data (bytes, &len) : NULL;
  field->len = len;
}

static guint32
list_seq (const Account *account)
{
  LanDeviceList list;
  gsize len;
  const guint8 *data;

  if (account->row.list == NULL)
    return 0;
  data = g_bytes_get_data (account->row.list, &len);
  return lan_device_list_decode (&list, data, len) == LAN_STATUS_OK ? list.seq : 0;
}

static void
welcome (LanRegistry *registry, Conn *conn)
{
  const Device *device = conn->device;
  Lanyard__Server__Welcome m = LANYARD__SERVER__WELCOME__INIT;
  Lanyard__Server__PrekeysState prekeys = LANYARD__SERVER__PREKEYS_STATE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  char address[64];

  g_snprintf (address, sizeof address, "%s %u", conn->fresh->address, conn->fresh->port);
  m.time_ms = (guint64) registry->now.wall_ms;
  m.uid = (ProtobufCBinaryData){ LAN_USER_ID_BYTES, (guint8 *) device->account->row.uid.b };
  set_bytes (&m.head, lan_registry_newest_head (registry));
  m.list_seq = list_seq (device->account);
  m.mail_count = device->mail_count;
  prekeys.one_time = device->one_time;
  prekeys.signed_expires_s = (guint64) device->signed_expires_s;
  m.prekeys = &prekeys;
  m.turn = registry->turn_secret != NULL;
  m.org_name = registry->org_name;
  m.idle_ms = (guint32) (registry->limits.idle_us / 3000);
  m.blob_max = registry->limits.blob_bytes;
  m.blob_days = (guint32) (registry->limits.blob_life_ms / 86400000);
  m.address = address;
  set_bytes (&m.server_key, registry->server_key);
  frame.body_case = LANYARD__SERVER__FRAME__BODY_WELCOME;
  frame.welcome = &m;
  lan_registry_send (registry, conn, &frame);
}

static LanRefusal
may_enter (const Device *device, guint32 version)
{
  if (version != LAN_SERVER_VERSION)
    return LAN_REFUSAL_VERSION;
  if (device == NULL)
    return LAN_REFUSAL_UNKNOWN;
  if (device->account->row.status == LAN_ACCOUNT_SUSPENDED)
    return LAN_REFUSAL_SUSPENDED;
  if (device->account->row.status != LAN_ACCOUNT_ACTIVE)
    return LAN_REFUSAL_LEFT;
  return device->state == LAN_DEVICE_ACTIVE ? LAN_REFUSAL_NONE : LAN_REFUSAL_REVOKED;
}

/* Of too many connections of one device the oldest goes. */
static void
make_room (LanRegistry *registry, Device *device)
{
  Conn *last = NULL;
  guint n = 0;

  for (Conn *conn = device->conns; conn != NULL; conn = conn->sibling) {
    last = conn;
    n++;
  }
  if (last != NULL && n >= registry->limits.device_connections)
    lan_registry_farewell (registry, last, LAN_REFUSAL_REPLACED, 0);
}

static void
note_seen (LanRegistry *registry, Device *device)
{
  device->seen_s = registry->now.wall_ms / 1000;
  if (device->is_seen)
    return;
  device->is_seen = TRUE;
  g_ptr_array_add (registry->seen, device);
}

static void
list_move (ConnList *from, ConnList *to, Conn *conn)
{
  if (conn->older != NULL)
    conn->older->newer = conn->newer;
  else
    from->oldest = conn->newer;
  if (conn->newer != NULL)
    conn->newer->older = conn->older;
  else
    from->newest = conn->older;
  conn->newer = NULL;
  conn->older = to->newest;
  if (to->newest != NULL)
    to->newest->newer = conn;
  else
    to->oldest = conn;
  to->newest = conn;
}

void
lan_registry_on_login (LanRegistry *registry, Conn *conn, const Lanyard__Server__Login *m)
{
  Device *device =
      conn->fresh->has_hash ? NULL : g_hash_table_lookup (registry->keys, conn->fresh->dh_public);
  LanRefusal refusal = may_enter (device, m->version);

  if (refusal != LAN_REFUSAL_NONE) {
    registry->counters.logins_refused++;
    lan_registry_event (registry, LAN_EVENT_LOGIN_REFUSED, conn,
                        device != NULL ? device->account : NULL, refusal, LAN_OP_OK);
    lan_registry_farewell (registry, conn, refusal, 0);
    return;
  }
  make_room (registry, device);
  conn->device = device;
  conn->sibling = device->conns;
  device->conns = conn;
  conn->stage = STAGE_ONLINE;
  conn->last_us = registry->now.mono_us;
  list_move (&registry->fresh, &registry->online, conn);
  registry->counters.logins++;
  registry->counters.logged_in++;
  note_seen (registry, device);
  lan_registry_event (registry, LAN_EVENT_LOGIN, conn, device->account, LAN_REFUSAL_NONE,
                      LAN_OP_OK);
  welcome (registry, conn);
  g_clear_pointer (&conn->fresh, g_free);
  lan_registry_presence_changed (registry, device->account);
}

/* It can be sent nothing any more and stands for nobody. */
void
lan_registry_conn_offline (LanRegistry *registry, Conn *conn)
{
  Device *device = conn->device;

  if (conn->stage != STAGE_ONLINE)
    return;
  conn->stage = STAGE_CLOSING;
  lan_registry_unwatch_all (registry, conn);
  list_move (&registry->online, &registry->fresh, conn);
  for (Conn **at = &device->conns; *at != NULL; at = &(*at)->sibling) {
    if (*at == conn) {
      *at = conn->sibling;
      break;
    }
  }
  conn->sibling = NULL;
  conn->device = NULL;
  registry->counters.logged_in--;
  lan_registry_presence_changed (registry, device->account);
}
