/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub.h"

#include "lan-hub-private.h"

#include "lan-hub-backup.h"
#include "lan-random-system.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#define TICK_MS     250
#define PATIENCE_US (5 * G_GINT64_CONSTANT (1000000)) /* with what is under way when stopping */
#define RETRY_MS    5000                              /* what clients are told when we stop */

/* ---- start and stop ---- */

static void
on_signal (uv_signal_t *handle, int number)
{
  if (number == SIGHUP)
    (void) lan_hub_reload (handle->data, NULL);
  else
    lan_hub_stop (handle->data);
}

void
lan_hub_stop (LanHub *hub)
{
  LanTime now;

  if (hub->stopping_us != 0)
    return;
  lan_hub_log (LAN_HUB_LOG_NOTICE, "stopping", "%s", "");
  lan_hub_now (&now);
  hub->stopping_us = now.mono_us + PATIENCE_US;
  lan_registry_stop (hub->registry, RETRY_MS, &now);
  lan_hub_drain (hub);
  lan_hub_tick_every (hub, 20);
}

void
lan_hub_apply_limits (LanHub *hub)
{
  const LanHubConfig *c = hub->config;
  LanRegistryLimits limits;

  lan_hub_gate_set_limits (hub->gate,
                           &(LanHubGateLimits){ .handshakes = (guint) c->handshakes_per_address,
                                                .failures = (guint) c->failures_per_second,
                                                .unfinished = (guint) c->unauthenticated,
                                                .connections = (guint) c->connections });
  lan_registry_limits_default (&limits);
  limits.login_failures = (guint) c->login_failures;
  limits.address_attempts = (guint) c->enrolments_per_minute;
  limits.password_jobs = 2 * g_get_num_processors ();
  limits.device_connections = (guint) c->device_connections;
  limits.deposit_burst = (guint) c->deposit_burst;
  limits.deposit_rate = (guint) c->deposit_rate;
  limits.signal_burst = (guint) c->signal_burst;
  limits.signal_rate = (guint) c->signal_rate;
  limits.request_burst = (guint) c->request_burst;
  limits.request_rate = (guint) c->request_rate;
  limits.mailbox_bytes = c->mailbox;
  limits.mail_life_ms = (gint64) c->mail_days * 86400000;
  limits.blob_bytes = c->blob;
  limits.blob_quota = c->blob_quota;
  limits.blob_life_ms = (gint64) c->blob_days * 86400000;
  limits.idle_us = (gint64) c->idle * 1000000;
  lan_registry_set_limits (hub->registry, &limits);
}

/* Lanes that are open stay; new ones need the new key. */
static void
take_server_key (LanHub *hub, LanHubKeys *next)
{
  LanTime time;

  if (!lan_hub_keys_take_server (hub->keys, next))
    return;
  lan_server_net_id (hub->net_id, hub->keys->server_public);
  lan_hub_now (&time);
  lan_registry_set_server_key (hub->registry, hub->keys->server_cert, &time);
  lan_hub_log (LAN_HUB_LOG_NOTICE, "server-key-renewed", "%s", "");
}

/* The issuer's key was renewed: it signs from now on, and the one before stays valid for what it signed. */
gboolean
lan_hub_reload_keys (LanHub *hub, GError **error)
{
  g_autoptr (LanHubKeys) next = lan_hub_keys_load (hub->config->state, error);
  LanHubKeys *now = hub->keys;
  LanStatus status;
  LanTime time;

  if (next == NULL)
    return FALSE;
  take_server_key (hub, next);
  if (next->issuer_cert == NULL ||
      (now->issuer_cert != NULL && g_bytes_equal (next->issuer_cert, now->issuer_cert)))
    return TRUE;
  lan_hub_now (&time);
  status = lan_registry_set_issuer (hub->registry, next->issuer, next->issuer_cert, &time);
  if (status != LAN_STATUS_OK) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "issuer.cert: %s",
                 lan_status_text (status));
    return FALSE;
  }
  lan_hub_log (LAN_HUB_LOG_NOTICE, "issuer-renewed", "%s", "");
  g_ptr_array_add (hub->old_keys, lan_hub_keys_take_issuer (now, next));
  return TRUE;
}

static LanHubConfig *
read_again (LanHub *hub, GError **error)
{
  g_autoptr (LanHubConfig) next = lan_hub_config_read (hub->config->path, error);

  return next != NULL && lan_hub_reload_keys (hub, error) ? g_steal_pointer (&next) : NULL;
}

gboolean
lan_hub_reload (LanHub *hub, GError **error)
{
  g_autofree char *restart = NULL;
  g_autoptr (GError) why = NULL;
  LanHubConfig *next = read_again (hub, &why);
  g_autofree char *quoted = why != NULL ? lan_hub_log_quote (why->message) : NULL;

  if (next == NULL) {
    lan_hub_log (LAN_HUB_LOG_ERROR, "reload-refused", "why=%s", quoted);
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  restart = lan_hub_config_needs_restart (hub->config, next);
  /* What needs a restart stays as it is: the state folder, for one, is in use. */
  if (restart != NULL)
    lan_hub_log (LAN_HUB_LOG_NOTICE, "reload-partly", "needs-restart=%s", restart);
  lan_hub_config_keep (next, hub->config);
  lan_hub_config_free (hub->config);
  hub->config = next;
  lan_hub_log_set_level ((LanHubLogLevel) next->log_level);
  lan_hub_apply_limits (hub);
  if (hub->relay != NULL)
    lan_hub_relay_reload (hub->relay);
  lan_hub_drain (hub);
  lan_hub_log (LAN_HUB_LOG_NOTICE, "reloaded", "%s", "");
  return TRUE;
}

/* One server for a state folder. */
static gboolean
lock_state (LanHub *hub, GError **error)
{
  g_autofree char *path = g_build_filename (hub->config->state, "lock", NULL);

  hub->lock_fd = open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (hub->lock_fd < 0) {
    g_set_error (error, LAN_HUB_ERROR, errno == ENOENT ? LAN_HUB_ERROR_MISSING : LAN_HUB_ERROR_IO,
                 _ ("%s: %s. lanyard-server init makes the folder; run as the user it belongs to."),
                 hub->config->state, g_strerror (errno));
    return FALSE;
  }
  if (flock (hub->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_LOCKED,
               _ ("another lanyard-server uses %s already"), hub->config->state);
  return FALSE;
}

static gboolean
load_row (const LanRegistryRow *row, gpointer registry)
{
  return lan_registry_load (registry, row) == LAN_STATUS_OK;
}

static gboolean
open_registry (LanHub *hub, LanHubDb *db, GError **error)
{
  LanRegistryConfig config = { .org_name = hub->config->organisation,
                               .issuer = hub->keys->issuer,
                               .issuer_cert = hub->keys->issuer_cert,
                               .auto_attest = hub->keys->issuer != NULL,
                               .epoch_floor = lan_hub_backup_epoch (hub->config->state),
                               .random = lan_random_system () };
  LanTime now;

  memcpy (config.server_public, hub->keys->server_public, sizeof config.server_public);
  memcpy (config.org_root, hub->keys->org_root, sizeof config.org_root);
  lan_registry_limits_default (&config.limits);
  hub->registry = lan_registry_new (&config);
  if (!lan_hub_db_load (db, load_row, hub->registry, error)) {
    if (error != NULL && *error == NULL)
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                   "its rows contradict each other");
    return FALSE;
  }
  lan_hub_now (&now);
  lan_registry_set_server_key (hub->registry, hub->keys->server_cert, &now);
  if (lan_registry_start (hub->registry, &now) == LAN_STATUS_OK)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
               "the directory's log and its head do not belong together");
  return FALSE;
}

/* What to do about a database that must not be used. */
static void
explain_damage (const char *path, GError **error)
{
  if (!g_error_matches (*error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED))
    return;
  g_prefix_error (error, _ ("%s is damaged: "), path);
  {
    char *message = g_strdup_printf (
        _ ("%s.\nThe server does not start with it. Move the state folder away, then put the last "
           "backup in its place:\n  lanyard-server restore BACKUP"),
        (*error)->message);

    g_free ((*error)->message);
    (*error)->message = message;
  }
}

static gboolean
open_store (LanHub *hub, GError **error)
{
  g_autofree char *path = g_build_filename (hub->config->state, "server.db", NULL);
  g_autoptr (LanHubDb) db = NULL;

  db = lan_hub_db_open (path, hub->serves ? 0 : LAN_HUB_DB_CREATE, error);
  if (db == NULL || !open_registry (hub, db, error)) {
    explain_damage (path, error);
    return FALSE;
  }
  hub->store =
      lan_hub_store_new (g_steal_pointer (&db), path, hub->config->reserve, lan_hub_wake, hub);
  return TRUE;
}

static void
raise_descriptors (LanHub *hub)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    (void) setrlimit (RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < hub->config->connections + 64)
    lan_hub_log (LAN_HUB_LOG_NOTICE, "descriptors-short", "limit=%" G_GUINT64_FORMAT,
                 (guint64) limit.rlim_cur);
}

static void
init_loop (LanHub *hub)
{
  static const int numbers[] = { SIGHUP, SIGTERM, SIGINT };

  uv_loop_init (&hub->loop);
  lan_hub_loop_init (hub);
  for (guint i = 0; hub->serves && i < G_N_ELEMENTS (numbers); i++) {
    uv_signal_init (&hub->loop, &hub->signals[i]);
    hub->signals[i].data = hub;
    uv_signal_start (&hub->signals[i], on_signal, numbers[i]);
  }
}

static gboolean
begin_serving (LanHub *hub, GError **error)
{
  hub->control = lan_hub_control_new (hub, error);
  if (hub->control == NULL || !lan_hub_listen (hub, error))
    return FALSE;
  hub->relay = lan_hub_relay_new (hub);
  if (strcmp (hub->config->http, "off") != 0) {
    hub->http = lan_hub_http_new (hub->config->http, error);
    if (hub->http == NULL)
      return FALSE;
    lan_hub_http_publish (hub);
  }
  lan_hub_tick_every (hub, TICK_MS);
  return TRUE;
}

LanHub *
lan_hub_new (LanHubConfig *config, LanHubFlags flags, GError **error)
{
  g_autoptr (LanHub) hub = g_new0 (LanHub, 1);

  hub->config = config;
  hub->serves = (flags & LAN_HUB_SERVE) != 0;
  hub->lock_fd = -1;
  hub->next_ticket = 1;
  hub->gate = lan_hub_gate_new (&(LanHubGateLimits){ 0 });
  hub->old_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_hub_keys_free);
  hub->dirty = g_ptr_array_new ();
  hub->closed = g_ptr_array_new ();
  hub->buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  hub->read_buffer = g_malloc (LAN_HUB_READ_BYTES);
  hub->commands = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_queue_init (&hub->handshaking);
  (void) signal (SIGPIPE, SIG_IGN);
  init_loop (hub);
  if (!lan_hub_poll_init (hub)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "epoll: %s", g_strerror (errno));
    return NULL;
  }
  if (!lock_state (hub, error))
    return NULL;
  hub->keys = lan_hub_keys_load (config->state, error);
  if (hub->keys == NULL || !open_store (hub, error))
    return NULL;
  hub->pool = lan_slim_pool_new ();
  lan_server_net_id (hub->net_id, hub->keys->server_public);
  lan_hub_apply_limits (hub);
  if (hub->serves) {
    raise_descriptors (hub);
    if (!begin_serving (hub, error))
      return NULL;
  }
  return g_steal_pointer (&hub);
}

static void
close_handle (uv_handle_t *handle, void *arg)
{
  if (!uv_is_closing (handle))
    uv_close (handle, NULL);
}

void
lan_hub_free (LanHub *hub)
{
  if (hub == NULL)
    return;
  lan_hub_commands_clear (hub);
  g_clear_pointer (&hub->http, lan_hub_http_free);
  if (hub->relay != NULL)
    lan_hub_relay_close (g_steal_pointer (&hub->relay));
  if (hub->control != NULL)
    lan_hub_control_close (g_steal_pointer (&hub->control));
  lan_hub_conns_drop_all (hub);
  lan_hub_conns_reap (hub);
  g_clear_pointer (&hub->store, lan_hub_store_free);
  /* A deadline that passed meanwhile asks for nothing more. */
  uv_timer_stop (&hub->deadline);
  uv_timer_stop (&hub->tick);
  uv_prepare_stop (&hub->prepare);
  uv_check_stop (&hub->check);
  uv_run (&hub->loop, UV_RUN_NOWAIT); /* connections and workers end */
  uv_walk (&hub->loop, close_handle, NULL);
  while (uv_run (&hub->loop, UV_RUN_DEFAULT) != 0)
    ;
  uv_loop_close (&hub->loop);
  g_clear_pointer (&hub->registry, lan_registry_free);
  g_clear_pointer (&hub->gate, lan_hub_gate_free);
  g_clear_pointer (&hub->pool, lan_slim_pool_free);
  g_clear_pointer (&hub->keys, lan_hub_keys_free);
  g_ptr_array_unref (hub->old_keys);
  lan_hub_poll_clear (hub);
  g_ptr_array_unref (hub->dirty);
  g_ptr_array_unref (hub->closed);
  g_ptr_array_unref (hub->buffers);
  g_hash_table_unref (hub->commands);
  g_free (hub->listeners);
  g_free (hub->read_buffer);
  lan_hub_config_free (hub->config);
  if (hub->lock_fd >= 0)
    close (hub->lock_fd);
  g_free (hub);
}

int
lan_hub_run (LanHub *hub)
{
  lan_hub_log (LAN_HUB_LOG_NOTICE, "started", "state=%s", hub->config->state);
  while (!hub->is_over) {
    uv_run (&hub->loop, UV_RUN_NOWAIT);
    if (!hub->is_over)
      lan_hub_poll_turn (hub);
  }
  lan_hub_log (LAN_HUB_LOG_NOTICE, "stopped", "connections=%u", hub->conns);
  return 0;
}

void
lan_hub_settle (LanHub *hub)
{
  lan_hub_drain (hub);
  while (g_hash_table_size (hub->commands) > 0 || lan_registry_pending (hub->registry) > 0) {
    lan_hub_end_turn (hub);
    uv_run (&hub->loop, UV_RUN_ONCE);
  }
}
