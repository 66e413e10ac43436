/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The loop's turns: what the registry wants is carried out, deadlines, answers of the store. */
#include "lan-hub-private.h"

#include <time.h>

#define BATCH      64 /* connections to be written to, while they are in the cache */
#define AHEAD_CONN 4
#define AHEAD_KEYS 2

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
    if (hub->store != NULL)
      lan_hub_store_push (hub->store, action->op);
    else /* at the end: nobody waits for it any more */
      lan_registry_op_free (action->op);
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

/* Asks for the connections that come next: with thousands none is in the cache. */
static void
warm (LanHub *hub)
{
  LanHubConn *conn = (LanHubConn *) (gsize) lan_registry_coming (hub->registry, AHEAD_CONN);

  __builtin_prefetch (conn);
  conn = (LanHubConn *) (gsize) lan_registry_coming (hub->registry, AHEAD_KEYS);
  if (conn != NULL)
    lan_slim_lane_warm (conn->slim);
}

void
lan_hub_drain (LanHub *hub)
{
  LanRegistryAction action;

  while (lan_registry_next_action (hub->registry, &action)) {
    warm (hub);
    carry_out (hub, &action);
  }
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

void
lan_hub_end_turn (LanHub *hub)
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
  lan_hub_end_turn (prepare->data);
}

static void
on_check (uv_check_t *check)
{
  lan_hub_end_turn (check->data);
}

static void
on_answers (uv_async_t *async)
{
  LanHub *hub = async->data;
  LanRegistryOp *op;
  LanTime now;

  lan_hub_now (&now);
  while (hub->store != NULL && (op = lan_hub_store_next (hub->store)) != NULL) {
    lan_registry_op_done (hub->registry, op, &now);
    lan_hub_drain (hub);
    if (hub->dirty->len >= BATCH)
      lan_hub_conns_flush (hub);
  }
}

void
lan_hub_wake (gpointer hub)
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

void
lan_hub_tick_every (LanHub *hub, guint ms)
{
  uv_timer_start (&hub->tick, on_tick, ms, ms);
}

void
lan_hub_loop_init (LanHub *hub)
{
  uv_timer_init (&hub->loop, &hub->deadline);
  uv_timer_init (&hub->loop, &hub->tick);
  uv_prepare_init (&hub->loop, &hub->prepare);
  uv_check_init (&hub->loop, &hub->check);
  uv_async_init (&hub->loop, &hub->answers, on_answers);
  hub->deadline.data = hub->tick.data = hub->prepare.data = hub->check.data = hub->answers.data =
      hub;
  hub->deadline_us = LAN_NO_DEADLINE;
  uv_prepare_start (&hub->prepare, on_prepare);
  uv_check_start (&hub->check, on_check);
}
