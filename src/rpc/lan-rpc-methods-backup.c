/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <lan-node-backup.h>

/* backup.code, backup.create, backup.cancel, backup.verify and backup.restore */

typedef struct {
  LanRpcCall *call;
  LanRpcService *service; /* of the call, while it is under way */
  LanNode *node;          /* what is asked; of restore: one of its own */
  GCancellable *cancellable;
} Work;

static Work *
work_new (LanRpcCall *call, LanNode *node)
{
  Work *work = g_new0 (Work, 1);

  work->call = call;
  work->service = call->service;
  work->node = g_object_ref (node);
  work->cancellable = g_cancellable_new ();
  return work;
}

static void
work_free (Work *work)
{
  g_object_unref (work->node);
  g_object_unref (work->cancellable);
  g_free (work);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static void
on_progress (guint percent, gpointer user_data)
{
  Work *work = user_data;
  JsonObject *o = json_object_new ();

  json_object_set_int_member (o, "percent", percent);
  lan_rpc_service_notify (work->service, "backup.progress", o);
}

/* --- code --- */

static void
on_code (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  char *code = lan_node_get_recovery_code_finish (LAN_NODE (source), result, &error);

  if (code == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_one_string ("code", code));
  g_free (code);
}

static void
backup_code (LanRpcCall *call)
{
  gboolean renew = FALSE;

  if (lan_rpc_take_boolean (call, "renew", &renew))
    lan_node_get_recovery_code_async (call->service->node, renew, call->service->cancellable,
                                      on_code, call);
}

/* --- create --- */

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = lan_node_backup_finish (LAN_NODE (source), result, &error);
  JsonObject *o;

  if (work->service->backup == work->cancellable)
    work->service->backup = NULL;
  if (n < 0) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_int_member (o, "messages", n);
  lan_rpc_call_succeed (work->call, o);
}

static void
backup_create (LanRpcCall *call)
{
  const char *path = lan_rpc_need_string (call, "path"), *passphrase = NULL;
  Work *work;

  if (path == NULL || !lan_rpc_take_string (call, "passphrase", &passphrase))
    return;
  if (!g_path_is_absolute (path)) {
    lan_rpc_call_fail_param (call, "path");
    return;
  }
  work = work_new (call, call->service->node);
  call->service->backup = work->cancellable;
  lan_node_backup_async (work->node, path, passphrase, on_progress, work, work->cancellable,
                         on_created, work);
}

/* The last one begun through this service. */
static void
backup_cancel (LanRpcCall *call)
{
  if (call->service->backup != NULL)
    g_cancellable_cancel (call->service->backup);
  lan_rpc_call_succeed (call, NULL);
}

/* --- verify, restore --- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL, *id = NULL;
  gint64 time, messages;
  JsonObject *o;

  if (!lan_node_restore_finish (LAN_NODE (source), result, &name, &id, &time, &messages, &error)) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = lan_rpc_one_string ("id", id);
  json_object_set_string_member (o, "name", name);
  json_object_set_int_member (o, "time", time);
  json_object_set_int_member (o, "messages", messages);
  lan_rpc_call_succeed (work->call, o);
}

static void
backup_verify (LanRpcCall *call)
{
  const char *path = lan_rpc_need_string (call, "path"), *secret;
  Work *work;

  secret = path != NULL ? lan_rpc_need_string (call, "secret") : NULL;
  if (secret == NULL)
    return;
  work = work_new (call, call->service->node);
  lan_node_verify_backup_async (work->node, path, secret, on_progress, work, work->cancellable,
                                on_read, work);
}

/* Into a profile beside the one that is open here. */
static void
backup_restore (LanRpcCall *call)
{
  const char *path = lan_rpc_need_string (call, "path"), *secret = NULL, *dir = NULL;
  const char *passphrase = NULL;
  g_autoptr (LanNode) node = NULL;
  gboolean keyring;
  Work *work;

  if (path != NULL)
    secret = lan_rpc_need_string (call, "secret");
  if (secret != NULL)
    dir = lan_rpc_need_string (call, "dir");
  if (dir == NULL || !lan_rpc_take_string (call, "passphrase", &passphrase))
    return;
  if (!g_path_is_absolute (dir)) {
    lan_rpc_call_fail_param (call, "dir");
    return;
  }
  node = lan_node_new (dir);
  g_object_get (call->service->node, "keyring", &keyring, NULL);
  g_object_set (node, "keyring", keyring, NULL);
  work = work_new (call, node);
  lan_node_restore_async (node, path, secret, passphrase, on_progress, work, work->cancellable,
                          on_read, work);
}

const LanRpcMethod lan_rpc_backup_methods[] = {
  { "backup.cancel", backup_cancel }, { "backup.code", backup_code },
  { "backup.create", backup_create }, { "backup.restore", backup_restore },
  { "backup.verify", backup_verify }, { NULL, NULL },
};
