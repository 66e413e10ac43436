/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The queue of actions. Frames lie one behind the other in one growing buffer which is used again as
 * soon as the queue is empty, so that routing allocates nothing; a frame for many connections is
 * there once.
 */
#include "lan-registry-private.h"

#include <string.h>

#define ARENA_KEEP (1024 * 1024)

typedef struct {
  LanRegistryActionType type;
  gboolean idle;
  guint64 handle; /* ADMIN: the ticket */
  union {
    struct {
      gsize at;
      gsize len;
    } frame;
    LanRegistryOp *op;
    LanRegistryJob *job;
    struct {
      LanRefusal refusal;
      LanUserId uid;
    } admin;
    LanRegistryEvent event;
  };
} Out;

void
lan_registry_out_init (LanRegistry *registry)
{
  registry->arena = g_byte_array_new ();
  registry->queue = g_array_new (FALSE, FALSE, sizeof (Out));
}

void
lan_registry_out_clear (LanRegistry *registry)
{
  for (guint i = registry->queue_pos; i < registry->queue->len; i++) {
    Out *out = &g_array_index (registry->queue, Out, i);

    if (out->type == LAN_REGISTRY_OP)
      lan_registry_op_free (out->op);
    else if (out->type == LAN_REGISTRY_JOB)
      lan_registry_job_free (out->job);
  }
  g_byte_array_unref (registry->arena);
  g_array_unref (registry->queue);
}

static Out *
add (LanRegistry *registry, LanRegistryActionType type, guint64 handle)
{
  Out out = { .type = type, .handle = handle };

  if (registry->queue_pos > 0 && registry->queue_pos == registry->queue->len) {
    g_array_set_size (registry->queue, 0);
    registry->queue_pos = 0;
  }
  g_array_append_val (registry->queue, out);
  return &g_array_index (registry->queue, Out, registry->queue->len - 1);
}

guint8 *
lan_registry_reserve (LanRegistry *registry, gsize len, gsize *at)
{
  if (registry->queue_pos == registry->queue->len) {
    if (registry->arena->len > ARENA_KEEP) {
      g_byte_array_unref (registry->arena);
      registry->arena = g_byte_array_new ();
    }
    g_byte_array_set_size (registry->arena, 0);
  }
  *at = registry->arena->len;
  g_byte_array_set_size (registry->arena, (guint) (*at + len));
  return registry->arena->data + *at;
}

void
lan_registry_push (LanRegistry *registry, Conn *conn, gsize at, gsize len, gboolean idle)
{
  Out *out = add (registry, LAN_REGISTRY_SEND, conn->handle);

  out->frame.at = at;
  out->frame.len = len;
  out->idle = idle;
}

gsize
lan_registry_put (LanRegistry *registry, const LanServerFrame *frame, gsize *len)
{
  gsize at;

  *len = lan_server_frame_size (frame);
  lan_server_frame_write (frame, lan_registry_reserve (registry, *len, &at));
  return at;
}

void
lan_registry_send (LanRegistry *registry, Conn *conn, const LanServerFrame *frame)
{
  gsize len, at;

  if (conn->stage >= STAGE_CLOSING)
    return;
  at = lan_registry_put (registry, frame, &len);
  lan_registry_push (registry, conn, at, len, FALSE);
}

void
lan_registry_forget_out (LanRegistry *registry, guint64 handle)
{
  guint to = registry->queue_pos;

  for (guint i = registry->queue_pos; i < registry->queue->len; i++) {
    Out *out = &g_array_index (registry->queue, Out, i);

    if ((out->type == LAN_REGISTRY_SEND || out->type == LAN_REGISTRY_CLOSE) &&
        out->handle == handle)
      continue;
    if (to != i)
      g_array_index (registry->queue, Out, to) = *out;
    to++;
  }
  g_array_set_size (registry->queue, to);
}

void
lan_registry_ask (LanRegistry *registry, LanRegistryOp *op, Conn *conn, guint64 request)
{
  op->registry_data = conn;
  op->ticket = request;
  if (conn != NULL)
    conn->pending++;
  registry->ops_out++;
  add (registry, LAN_REGISTRY_OP, 0)->op = op;
}

void
lan_registry_push_job (LanRegistry *registry, LanRegistryJob *job)
{
  add (registry, LAN_REGISTRY_JOB, 0)->job = job;
}

void
lan_registry_tell_admin (LanRegistry *registry, guint64 ticket, LanRefusal refusal,
                         const LanUserId *uid)
{
  Out *out = add (registry, LAN_REGISTRY_ADMIN, ticket);

  out->admin.refusal = refusal;
  out->admin.uid = *uid;
}

void
lan_registry_event (LanRegistry *registry, LanRegistryEventType type, const Conn *conn,
                    const Account *account, LanRefusal refusal, LanRegistryOpStatus status)
{
  Out *out = add (registry, LAN_REGISTRY_EVENT, 0);

  out->event = (LanRegistryEvent){ .type = type, .refusal = refusal, .status = status };
  if (conn != NULL)
    out->event.handle = conn->handle;
  if (account != NULL)
    out->event.uid = account->row.uid;
  if (conn != NULL && conn->device != NULL)
    out->event.device = conn->device->id;
}

void
lan_registry_refuse (LanRegistry *registry, Conn *conn, guint64 request, LanRefusal code,
                     guint32 retry_ms)
{
  Lanyard__Server__Refused refused = LANYARD__SERVER__REFUSED__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  refused.request = request;
  refused.code = code;
  refused.retry_ms = retry_ms;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_REFUSED;
  frame.refused = &refused;
  lan_registry_send (registry, conn, &frame);
}

void
lan_registry_done (LanRegistry *registry, Conn *conn, guint64 request)
{
  Lanyard__Server__Done done = LANYARD__SERVER__DONE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  done.request = request;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DONE;
  frame.done = &done;
  lan_registry_send (registry, conn, &frame);
}

void
lan_registry_farewell (LanRegistry *registry, Conn *conn, LanRefusal code, guint32 retry_ms)
{
  Lanyard__Server__Goodbye goodbye = LANYARD__SERVER__GOODBYE__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;

  if (conn->stage >= STAGE_CLOSING)
    return;
  goodbye.code = code;
  goodbye.retry_ms = retry_ms;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_GOODBYE;
  frame.goodbye = &goodbye;
  lan_registry_send (registry, conn, &frame);
  lan_registry_conn_offline (registry, conn);
  conn->stage = STAGE_CLOSING;
  lan_registry_push_close (registry, conn);
}

void
lan_registry_push_close (LanRegistry *registry, const Conn *conn)
{
  add (registry, LAN_REGISTRY_CLOSE, conn->handle);
}

/* What to tell the one who asked; a fault of the storage is an event as well. */
LanRefusal
lan_registry_op_refusal (LanRegistry *registry, LanRegistryOp *op)
{
  switch (op->status) {
  case LAN_OP_OK:
    return LAN_REFUSAL_NONE;
  case LAN_OP_NOT_FOUND:
    return LAN_REFUSAL_GONE;
  case LAN_OP_QUOTA:
    return LAN_REFUSAL_QUOTA;
  case LAN_OP_CONFLICT:
    return LAN_REFUSAL_STATE;
  case LAN_OP_FULL:
  case LAN_OP_FAILED:
  default:
    lan_registry_event (registry, LAN_EVENT_STORAGE, NULL, NULL, LAN_REFUSAL_STORAGE, op->status);
    return LAN_REFUSAL_STORAGE;
  }
}

guint64
lan_registry_coming (const LanRegistry *registry, guint after)
{
  const Out *out;

  if (registry->queue->len - registry->queue_pos <= after)
    return 0;
  out = &g_array_index (registry->queue, Out, registry->queue_pos + after);
  return out->type == LAN_REGISTRY_SEND ? out->handle : 0;
}

gboolean
lan_registry_next_action (LanRegistry *registry, LanRegistryAction *action)
{
  const Out *out;

  if (registry->queue_pos == registry->queue->len)
    return FALSE;
  out = &g_array_index (registry->queue, Out, registry->queue_pos++);
  action->type = out->type;
  action->handle = out->handle;
  action->idle = out->idle;
  switch (out->type) {
  case LAN_REGISTRY_SEND:
    action->data = registry->arena->data + out->frame.at;
    action->len = out->frame.len;
    break;
  case LAN_REGISTRY_OP:
    action->op = out->op;
    break;
  case LAN_REGISTRY_JOB:
    action->job = out->job;
    break;
  case LAN_REGISTRY_ADMIN:
    action->ticket = out->handle;
    action->refusal = out->admin.refusal;
    action->uid = out->admin.uid;
    break;
  case LAN_REGISTRY_EVENT:
    action->event = out->event;
    break;
  case LAN_REGISTRY_CLOSE:
  default:
    break;
  }
  return TRUE;
}

const char *
lan_registry_event_name (LanRegistryEventType type)
{
  static const char *const names[LAN_EVENT_N] = {
    "login",          "login-refused", "enrolled", "enrol-refused", "account-changed",
    "device-revoked", "device-added",  "protocol", "storage",
  };

  return (guint) type < LAN_EVENT_N ? names[type] : "unknown";
}
