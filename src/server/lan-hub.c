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
#include <time.h>
#include <unistd.h>

#define TICK_MS     250
#define PATIENCE_US (5 * G_GINT64_CONSTANT (1000000)) /* with what is under way when stopping */
#define RETRY_MS    5000                              /* what clients are told when we stop */

void
lan_hub_now (LanTime *now)
{
  struct timespec ts;

  clock_gettime (CLOCK_BOOTTIME, &ts);
  now->mono_us = (gint64) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
  clock_gettime (CLOCK_REALTIME, &ts);
  now->wall_ms = (gint64) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
lan_hub_turn_time (LanHub *hub, LanTime *now)
{
  guint64 stamp = uv_now (&hub->loop);

  if (stamp != hub->turn_stamp) {
    lan_hub_now (&hub->turn_time);
    hub->turn_stamp = stamp;
  }
  *now = hub->turn_time;
}

/* ---- what the registry wants ---- */

typedef struct {
  uv_work_t work;
  LanHub *hub;
  LanRegistryJob *job;
} Job;

static void
on_job (uv_work_t *work)
{
  lan_registry_job_run (((Job *) work->data)->job);
}

static void
on_job_done (uv_work_t *work, int status)
{
  Job *job = work->data;
  LanHub *hub = job->hub;
  LanTime now;

  lan_hub_now (&now);
  hub->jobs--;
  lan_registry_job_done (hub->registry, job->job, &now);
  g_free (job);
  lan_hub_drain (hub);
}

static void
start_job (LanHub *hub, LanRegistryJob *registry_job)
{
  Job *job = g_new0 (Job, 1);

  job->work.data = job;
  job->hub = hub;
  job->job = registry_job;
  hub->jobs++;
  uv_queue_work (&hub->loop, &job->work, on_job, on_job_done);
}

static void
log_event (LanHub *hub, const LanRegistryEvent *event)
{
  g_autofree char *uid = lan_user_id_to_hex (&event->uid);
  g_autofree char *device = lan_device_id_to_hex (&event->device);
  LanHubConn *conn = event->handle != 0 ? (LanHubConn *) (gsize) event->handle : NULL;
  LanHubLogLevel level = LAN_HUB_LOG_INFO;
  char address[64] = "-";

  if (event->type == LAN_EVENT_LOGIN || event->type == LAN_EVENT_ENROLLED) {
    if (conn != NULL)
      lan_hub_conn_logged_in (conn);
    if (event->type == LAN_EVENT_LOGIN)
      level = LAN_HUB_LOG_DEBUG;
  } else if (conn != NULL) {
    lan_hub_conn_address (conn, address, sizeof address);
  }
  if (event->type == LAN_EVENT_STORAGE)
    level = LAN_HUB_LOG_ERROR;
  lan_hub_log (level, lan_registry_event_name (event->type),
               "user=%s device=%s address=%s refusal=%s status=%d", uid, device, address,
               lan_refusal_code (event->refusal), (int) event->status);
}

static void
carry_out (LanHub *hub, const LanRegistryAction *action)
{
  switch (action->type) {
  case LAN_REGISTRY_SEND:
    lan_hub_conn_send ((LanHubConn *) (gsize) action->handle, action->data, action->len,
                       action->idle);
    break;
  case LAN_REGISTRY_CLOSE:
    lan_hub_conn_end ((LanHubConn *) (gsize) action->handle);
    break;
  case LAN_REGISTRY_OP:
    lan_hub_store_push (hub->store, action->op);
    break;
  case LAN_REGISTRY_JOB:
    start_job (hub, action->job);
    break;
  case LAN_REGISTRY_ADMIN:
    lan_hub_command_done (hub, action);
    break;
  case LAN_REGISTRY_EVENT:
    log_event (hub, &action->event);
    break;
  default:
    g_warn_if_reached ();
  }
}

void
lan_hub_drain (LanHub *hub)
{
  LanRegistryAction action;

  while (lan_registry_next_action (hub->registry, &action))
    carry_out (hub, &action);
}

/* ---- the loop's turns ---- */

static void
on_deadline (uv_timer_t *timer)
{
  LanHub *hub = timer->data;
  LanTime now;

  hub->deadline_us = LAN_NO_DEADLINE;
  lan_hub_now (&now);
  lan_registry_advance (hub->registry, &now);
  lan_hub_drain (hub);
}

static void
arm_deadline (LanHub *hub)
{
  gint64 due = lan_registry_next_deadline (hub->registry);
  LanTime now;

  /* A little late is fine, and saves moving the timer in every turn. */
  if (due == LAN_NO_DEADLINE || due >= hub->deadline_us)
    return;
  hub->deadline_us = due;
  lan_hub_now (&now);
  uv_timer_start (&hub->deadline, on_deadline, (guint64) MAX (0, (due - now.mono_us + 999) / 1000),
                  0);
}

static void
end_turn (LanHub *hub)
{
  lan_hub_drain (hub);
  lan_hub_conns_flush (hub);
  lan_hub_drain (hub);
  lan_hub_store_flush (hub->store);
  lan_hub_conns_reap (hub);
  arm_deadline (hub);
}

static void
on_prepare (uv_prepare_t *prepare)
{
  end_turn (prepare->data);
}

static void
on_check (uv_check_t *check)
{
  end_turn (check->data);
}

static void
on_answers (uv_async_t *async)
{
  LanHub *hub = async->data;
  LanRegistryOp *op;
  LanTime now;

  lan_hub_now (&now);
  while ((op = lan_hub_store_next (hub->store)) != NULL) {
    lan_registry_op_done (hub->registry, op, &now);
    lan_hub_drain (hub);
  }
}

static void
wake (gpointer hub)
{
  uv_async_send (&((LanHub *) hub)->answers);
}

static void
on_tick (uv_timer_t *timer)
{
  LanHub *hub = timer->data;
  LanTime now;

  lan_hub_now (&now);
  lan_hub_conns_tick (hub, now.mono_us);
  if (hub->http != NULL)
    lan_hub_http_publish (hub);
  if (hub->stopping_us == 0)
    return;
  if ((lan_registry_pending (hub->registry) == 0 && hub->jobs == 0 && hub->dirty->len == 0) ||
      now.mono_us >= hub->stopping_us) {
    hub->is_over = TRUE;
    uv_stop (&hub->loop);
  }
}

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
  uv_timer_start (&hub->tick, on_tick, 10, 20);
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
  limits.idle_us = (gint64) c->idle * 1000000;
  lan_registry_set_limits (hub->registry, &limits);
}

/* The issuer's key was renewed: it signs from now on, and the one before stays valid for what it signed. */
gboolean
lan_hub_reload_issuer (LanHub *hub, GError **error)
{
  g_autoptr (LanHubKeys) next = lan_hub_keys_load (hub->config->state, error);
  LanHubKeys *now = hub->keys;
  LanStatus status;
  LanTime time;

  if (next == NULL)
    return FALSE;
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
  if (memcmp (next->server_public, now->server_public, LAN_KEY_BYTES) != 0)
    lan_hub_log (LAN_HUB_LOG_ERROR, "reload-partly", "needs-restart=server.key");
  /* The lanes' key stays what it is; only the issuer is taken over. */
  g_ptr_array_add (hub->old_keys, lan_hub_keys_take_issuer (now, next));
  return TRUE;
}

static LanHubConfig *
read_again (LanHub *hub, GError **error)
{
  g_autoptr (LanHubConfig) next = lan_hub_config_read (hub->config->path, error);

  return next != NULL && lan_hub_reload_issuer (hub, error) ? g_steal_pointer (&next) : NULL;
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
  hub->store = lan_hub_store_new (g_steal_pointer (&db), path, hub->config->reserve, wake, hub);
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
  uv_timer_init (&hub->loop, &hub->deadline);
  uv_timer_init (&hub->loop, &hub->tick);
  uv_prepare_init (&hub->loop, &hub->prepare);
  uv_check_init (&hub->loop, &hub->check);
  uv_async_init (&hub->loop, &hub->answers, on_answers);
  hub->deadline.data = hub->tick.data = hub->prepare.data = hub->check.data = hub->answers.data =
      hub;
  uv_prepare_start (&hub->prepare, on_prepare);
  uv_check_start (&hub->check, on_check);
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
  uv_timer_start (&hub->tick, on_tick, TICK_MS, TICK_MS);
  return TRUE;
}

LanHub *
lan_hub_new (LanHubConfig *config, LanHubFlags flags, GError **error)
{
  g_autoptr (LanHub) hub = g_new0 (LanHub, 1);

  hub->config = config;
  hub->serves = (flags & LAN_HUB_SERVE) != 0;
  hub->lock_fd = -1;
  hub->deadline_us = LAN_NO_DEADLINE;
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
    end_turn (hub);
    uv_run (&hub->loop, UV_RUN_ONCE);
  }
}
