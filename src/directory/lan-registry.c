/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The registry's front: start and end, rows, connections, time.
 */
#include "lan-registry-private.h"

#include <string.h>

#define EXPIRE_US (15 * 60 * (gint64) G_USEC_PER_SEC)
#define SEEN_US   (60 * (gint64) G_USEC_PER_SEC)
#define SEEN_MAX  1000 /* logins written down at once */

static guint
key_hash (gconstpointer key)
{
  guint32 h;

  memcpy (&h, key, sizeof h); /* a public key is as good as random */
  return h;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, LAN_KEY_BYTES) == 0;
}

LanRegistry *
lan_registry_new (const LanRegistryConfig *config)
{
  LanRegistry *registry = g_new0 (LanRegistry, 1);

  lan_crypto_init ();
  registry->limits = config->limits;
  registry->random = config->random;
  registry->org_name = g_strdup (config->org_name != NULL ? config->org_name : "");
  memcpy (registry->server_public, config->server_public, LAN_KEY_BYTES);
  memcpy (registry->org_root, config->org_root, LAN_KEY_BYTES);
  registry->uids =
      g_hash_table_new_full (lan_user_id_hash, lan_user_id_equal, NULL, lan_account_free);
  registry->logins = g_hash_table_new (g_str_hash, g_str_equal);
  registry->accounts = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  registry->devices =
      g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL, lan_device_free);
  registry->keys = g_hash_table_new (key_hash, key_equal);
  registry->issuers = g_ptr_array_new_with_free_func (g_free);
  registry->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  registry->epoch_floor = config->epoch_floor;
  registry->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  registry->tree = lan_merkle_tree_new ();
  lan_merkle_frontier_init (&registry->frontier);
  registry->dirty = g_ptr_array_new ();
  registry->seen = g_ptr_array_new ();
  registry->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  registry->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  registry->bundles =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  registry->news_us = registry->presence_us = LAN_NO_DEADLINE;
  registry->expire_us = registry->seen_us = LAN_NO_DEADLINE;
  g_queue_init (&registry->mutations);
  g_queue_init (&registry->jobs);
  lan_registry_out_init (registry);
  lan_registry_issuer_init (registry, config->issuer, config->issuer_cert);
  registry->auto_attest = registry->signer.key != NULL && config->auto_attest;
  return registry;
}

static void
free_connections (ConnList *list)
{
  Conn *next;

  for (Conn *conn = list->oldest; conn != NULL; conn = next) {
    next = conn->newer;
    g_clear_pointer (&conn->edges, g_array_unref);
    g_free (conn->fresh);
    g_free (conn);
  }
}

void
lan_registry_free (LanRegistry *registry)
{
  Mutation *m;
  LanRegistryJob *job;

  if (registry == NULL)
    return;
  while ((m = g_queue_pop_head (&registry->mutations)) != NULL)
    lan_mutation_free (m);
  while ((job = g_queue_pop_head (&registry->jobs)) != NULL)
    lan_registry_job_free (job);
  lan_registry_out_clear (registry);
  free_connections (&registry->fresh);
  free_connections (&registry->online);
  for (guint i = 0; i < registry->entries->len; i++)
    g_clear_pointer (&g_array_index (registry->entries, Entry, i).bytes, g_bytes_unref);
  g_array_unref (registry->entries);
  g_ptr_array_unref (registry->heads);
  g_ptr_array_unref (registry->issuers);
  lan_merkle_tree_free (registry->tree);
  g_hash_table_unref (registry->logins);
  g_hash_table_unref (registry->accounts);
  g_hash_table_unref (registry->keys);
  g_hash_table_unref (registry->devices);
  g_hash_table_unref (registry->uids);
  g_hash_table_unref (registry->addresses);
  g_hash_table_unref (registry->failures);
  g_hash_table_unref (registry->bundles);
  g_ptr_array_unref (registry->dirty);
  g_ptr_array_unref (registry->seen);
  lan_registry_issuer_clear (registry);
  lan_registry_set_turn (registry, NULL, NULL, 0);
  g_free (registry->org_name);
  g_free (registry);
}

LanStatus
lan_registry_load (LanRegistry *registry, const LanRegistryRow *row)
{
  Account *account;

  switch (row->type) {
  case LAN_ROW_ACCOUNT:
    if (g_hash_table_lookup (registry->uids, &row->account.uid) != NULL ||
        g_hash_table_lookup (registry->logins, row->account.login) != NULL)
      return LAN_STATUS_MISMATCH;
    lan_registry_add_account (registry, &row->account);
    return LAN_STATUS_OK;
  case LAN_ROW_DEVICE:
    account = g_hash_table_lookup (registry->uids, &row->device.uid);
    if (account == NULL || g_hash_table_lookup (registry->devices, &row->device.device) != NULL)
      return LAN_STATUS_MISMATCH;
    lan_registry_add_device (registry, account, &row->device);
    return LAN_STATUS_OK;
  case LAN_ROW_HIDDEN:
    account = g_hash_table_lookup (registry->uids, &row->hidden.uid);
    if (account == NULL)
      return LAN_STATUS_MISMATCH;
    lan_registry_set_hidden (registry, account, row->hidden.accounts);
    return LAN_STATUS_OK;
  case LAN_ROW_ENTRY:
    return lan_registry_load_entry (registry, row->entry.index, row->entry.bytes);
  case LAN_ROW_HEAD:
    return lan_registry_load_head (registry, row->head.epoch, row->head.bytes);
  case LAN_ROW_PASSWORD:
  case LAN_ROW_INVITE:
  case LAN_ROW_INVITE_USE:
  case LAN_ROW_INVITE_DROP:
  case LAN_ROW_MAILBOX_DROP:
  case LAN_ROW_N:
  default:
    return LAN_STATUS_MALFORMED;
  }
}

LanStatus
lan_registry_start (LanRegistry *registry, const LanTime *now)
{
  LanStatus status = lan_registry_check_log (registry);

  registry->now = *now;
  registry->expire_us = now->mono_us + G_USEC_PER_SEC;
  registry->seen_us = now->mono_us + SEEN_US;
  registry->bundles_us = now->mono_us + 60 * 60 * (gint64) G_USEC_PER_SEC;
  if (status == LAN_STATUS_OK && registry->signer.key != NULL &&
      (registry->head_due_ms <= now->wall_ms ||
       lan_registry_find_issuer (registry, &registry->signer.issuer.id, NULL) == NULL))
    lan_registry_renew_head (registry);
  return status;
}

void
lan_registry_stop (LanRegistry *registry, guint32 retry_ms, const LanTime *now)
{
  registry->now = *now;
  registry->is_stopping = TRUE;
  while (registry->online.oldest != NULL)
    lan_registry_farewell (registry, registry->online.oldest, LAN_REFUSAL_STOPPING, retry_ms);
  for (Conn *conn = registry->fresh.oldest; conn != NULL; conn = conn->newer)
    lan_registry_farewell (registry, conn, LAN_REFUSAL_STOPPING, retry_ms);
}

guint
lan_registry_pending (const LanRegistry *registry)
{
  return registry->ops_out + registry->jobs_out;
}

void
lan_registry_set_limits (LanRegistry *registry, const LanRegistryLimits *limits)
{
  registry->limits = *limits;
}

void
lan_registry_set_turn (LanRegistry *registry, const char *secret, const char *const *uris,
                       guint32 life_s)
{
  g_free (registry->turn_secret);
  g_strfreev (registry->turn_uris);
  registry->turn_secret = g_strdup (secret);
  registry->turn_uris = secret != NULL ? g_strdupv ((char **) uris) : NULL;
  registry->turn_life_s = life_s;
}

/* ---- connections ---- */

void
lan_conn_list_append (ConnList *list, Conn *conn)
{
  conn->newer = NULL;
  conn->older = list->newest;
  if (list->newest != NULL)
    list->newest->newer = conn;
  else
    list->oldest = conn;
  list->newest = conn;
}

void
lan_conn_list_remove (ConnList *list, Conn *conn)
{
  if (conn->older != NULL)
    conn->older->newer = conn->newer;
  else
    list->oldest = conn->newer;
  if (conn->newer != NULL)
    conn->newer->older = conn->older;
  else
    list->newest = conn->older;
}

LanRegistryConn *
lan_registry_connect (LanRegistry *registry, guint64 handle, const guint8 *remote_static,
                      const guint8 *handshake_hash, const char *address, guint16 port,
                      const LanTime *now)
{
  Conn *conn = g_new0 (Conn, 1);

  registry->now = *now;
  conn->handle = handle;
  conn->last_us = now->mono_us;
  conn->is_writable = TRUE;
  conn->fresh = g_new0 (Fresh, 1);
  g_strlcpy (conn->fresh->address, address, sizeof conn->fresh->address);
  conn->fresh->port = port;
  if (remote_static != NULL) {
    memcpy (conn->fresh->dh_public, remote_static, LAN_KEY_BYTES);
  } else {
    conn->fresh->has_hash = TRUE;
    memcpy (conn->fresh->hash, handshake_hash, sizeof conn->fresh->hash);
  }
  lan_conn_list_append (&registry->fresh, conn);
  registry->n_conns++;
  if (registry->is_stopping)
    lan_registry_farewell (registry, conn, LAN_REFUSAL_STOPPING, 1000);
  return conn;
}

void
lan_registry_disconnect (LanRegistry *registry, LanRegistryConn *conn, const LanTime *now)
{
  registry->now = *now;
  lan_registry_conn_offline (registry, conn);
  lan_conn_list_remove (&registry->fresh, conn);
  registry->n_conns--;
  lan_registry_forget_out (registry, conn->handle);
  g_clear_pointer (&conn->fresh, g_free);
  conn->stage = STAGE_GONE;
  if (conn->pending == 0)
    g_free (conn);
}

void
lan_registry_writable (LanRegistry *registry, LanRegistryConn *conn, gboolean writable,
                       const LanTime *now)
{
  registry->now = *now;
  conn->is_writable = writable;
  if (!writable || conn->stage != STAGE_ONLINE)
    return;
  if (conn->is_stale)
    lan_registry_catch_up_presence (registry, conn);
  lan_registry_mail_pump (registry, conn);
}

/* ---- time ---- */

/* Logins are written down once a minute, for administrators. */
static void
write_seen (LanRegistry *registry)
{
  LanRegistryOp *op;
  guint n = MIN (registry->seen->len, SEEN_MAX);

  registry->seen_us = registry->now.mono_us + SEEN_US;
  if (n == 0)
    return;
  op = lan_registry_op_new (LAN_OP_WRITE);
  for (guint i = 0; i < n; i++) {
    Device *device = g_ptr_array_index (registry->seen, i);
    LanRegistryRow *row = lan_registry_op_add_row (op, LAN_ROW_DEVICE);

    device->is_seen = FALSE;
    row->device.device = device->id;
    row->device.uid = device->account->row.uid;
    row->device.state = device->state;
    row->device.seen_s = device->seen_s;
    memcpy (row->device.dh_public, device->dh_public, sizeof device->dh_public);
    row->device.cert = device->cert != NULL ? g_bytes_ref (device->cert) : NULL;
  }
  g_ptr_array_remove_range (registry->seen, 0, n);
  lan_registry_ask (registry, op, NULL, 1);
}

static void
close_silent (LanRegistry *registry)
{
  gint64 now = registry->now.mono_us;
  Conn *conn;

  while ((conn = registry->online.oldest) != NULL &&
         conn->last_us + registry->limits.idle_us + LAN_REGISTRY_HEARD_US <= now)
    lan_registry_farewell (registry, conn, LAN_REFUSAL_STATE, 0);
  while ((conn = registry->fresh.oldest) != NULL &&
         conn->last_us + registry->limits.login_deadline_us <= now) {
    lan_conn_list_remove (&registry->fresh, conn);
    lan_conn_list_append (&registry->fresh, conn);
    conn->last_us = now;
    if (conn->stage == STAGE_NEW || conn->stage == STAGE_ENROLLING)
      lan_registry_farewell (registry, conn, LAN_REFUSAL_STATE, 0);
    else
      lan_registry_push_close (registry, conn);
  }
}

static void
expire (LanRegistry *registry)
{
  LanRegistryOp *op = lan_registry_op_new (LAN_OP_EXPIRE);

  registry->expire_us = registry->now.mono_us + EXPIRE_US;
  op->expire.now_ms = registry->now.wall_ms;
  lan_registry_ask (registry, op, NULL, 0);
  lan_registry_limit_tidy (registry);
}

gint64
lan_registry_next_deadline (const LanRegistry *registry)
{
  gint64 due = MIN (registry->news_us, registry->presence_us);

  due = MIN (due, MIN (registry->expire_us, registry->seen_us));
  if (registry->online.oldest != NULL)
    due = MIN (due,
               registry->online.oldest->last_us + registry->limits.idle_us + LAN_REGISTRY_HEARD_US);
  if (registry->fresh.oldest != NULL)
    due = MIN (due, registry->fresh.oldest->last_us + registry->limits.login_deadline_us);
  return due;
}

void
lan_registry_advance (LanRegistry *registry, const LanTime *now)
{
  registry->now = *now;
  close_silent (registry);
  if (now->mono_us >= registry->presence_us)
    lan_registry_flush_presence (registry);
  if (now->mono_us >= registry->news_us)
    lan_registry_tell_news (registry);
  if (now->mono_us >= registry->seen_us)
    write_seen (registry);
  if (now->mono_us < registry->expire_us)
    return;
  expire (registry);
  if (now->wall_ms >= registry->head_due_ms)
    lan_registry_renew_head (registry);
}

/* ---- looking ---- */

const LanRegistryAccountRow *
lan_registry_find_login (LanRegistry *registry, const char *login)
{
  const Account *account = g_hash_table_lookup (registry->logins, login);

  return account != NULL ? &account->row : NULL;
}

const LanRegistryAccountRow *
lan_registry_find_uid (LanRegistry *registry, const LanUserId *uid)
{
  const Account *account = g_hash_table_lookup (registry->uids, uid);

  return account != NULL ? &account->row : NULL;
}

void
lan_registry_foreach_account (LanRegistry *registry, LanRegistryAccountFunc func, gpointer data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, registry->uids);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Account *account = value;
    LanRegistryAccountInfo info = { .row = &account->row,
                                    .level = account->level,
                                    .attestation = account->attestation };

    for (const Device *device = account->devices; device != NULL; device = device->next) {
      info.devices += device->state == LAN_DEVICE_ACTIVE;
      for (const Conn *conn = device->conns; conn != NULL; conn = conn->sibling)
        info.connections++;
    }
    func (&info, data);
  }
}

void
lan_registry_get_counters (const LanRegistry *registry, LanRegistryCounters *counters)
{
  *counters = registry->counters;
  counters->connections = registry->n_conns;
  counters->accounts = g_hash_table_size (registry->uids);
  counters->devices = g_hash_table_size (registry->devices);
  counters->dir_epoch = lan_registry_epoch (registry);
  counters->dir_size = registry->entries->len;
}
