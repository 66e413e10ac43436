/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <lan-node-export.h>
#include <string.h>

/* history.export, history.import and history.cancel: a chat into a file and out of one */

typedef struct {
  LanRpcCall *call;
  LanRpcService *service; /* of the call, while it is under way */
  GCancellable *cancellable;
  gboolean is_import;
} Work;

static void
work_free (Work *work)
{
  if (work->service->file_work == work->cancellable)
    work->service->file_work = NULL;
  g_object_unref (work->cancellable);
  g_free (work);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static Work *
work_new (LanRpcCall *call, gboolean is_import)
{
  Work *work = g_new0 (Work, 1);

  work->call = call;
  work->service = call->service;
  work->cancellable = g_cancellable_new ();
  work->is_import = is_import;
  call->service->file_work = work->cancellable;
  return work;
}

static void
on_progress (guint messages, gpointer user_data)
{
  Work *work = user_data;
  JsonObject *o = json_object_new ();

  json_object_set_int_member (o, "messages", messages);
  json_object_set_string_member (o, "what", work->is_import ? "import" : "export");
  lan_rpc_service_notify (work->service, "history.progress", o);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = lan_node_export_finish (LAN_NODE (source), result, &error);
  JsonObject *o;

  if (n < 0) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_int_member (o, "messages", n);
  lan_rpc_call_succeed (work->call, o);
}

/* An absolute path, and a person or group. FALSE once @call is answered. */
static gboolean
take_chat (LanRpcCall *call, LanPerson **peer, const char **path)
{
  *peer = lan_rpc_need_peer (call, "peer");
  *path = *peer != NULL ? lan_rpc_need_string (call, "path") : NULL;
  if (*path == NULL)
    return FALSE;
  if (g_path_is_absolute (*path))
    return TRUE;
  lan_rpc_call_fail_param (call, "path");
  return FALSE;
}

static void
history_export (LanRpcCall *call)
{
  gint64 since = 0, until = 0;
  const char *path, *format = NULL;
  LanPerson *peer;
  Work *work;

  if (!take_chat (call, &peer, &path) || !lan_rpc_take_string (call, "format", &format) ||
      !lan_rpc_take_int (call, "since", &since) || !lan_rpc_take_int (call, "until", &until))
    return;
  if ((format != NULL && strcmp (format, "json") != 0 && strcmp (format, "html") != 0) ||
      since < 0 || until < 0) {
    lan_rpc_call_fail_param (call, since < 0 ? "since" : until < 0 ? "until" : "format");
    return;
  }
  work = work_new (call, FALSE);
  lan_node_export_async (call->service->node, peer, path,
                         g_strcmp0 (format, "html") == 0 ? LAN_EXPORT_FORMAT_HTML
                                                         : LAN_EXPORT_FORMAT_JSON,
                         since, until, on_progress, work, work->cancellable, on_exported, work);
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  gint64 messages = 0;
  gssize added = lan_node_import_finish (LAN_NODE (source), result, &messages, &name, &error);
  JsonObject *o;

  if (added < 0) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_int_member (o, "messages", messages);
  json_object_set_int_member (o, "added", added);
  json_object_set_string_member (o, "name", name);
  lan_rpc_call_succeed (work->call, o);
}

static void
history_import (LanRpcCall *call)
{
  const char *path;
  LanPerson *peer;
  Work *work;

  if (!take_chat (call, &peer, &path))
    return;
  work = work_new (call, TRUE);
  lan_node_import_async (call->service->node, peer, path, on_progress, work, work->cancellable,
                         on_imported, work);
}

/* The last one begun through this service. */
static void
history_cancel (LanRpcCall *call)
{
  if (call->service->file_work != NULL)
    g_cancellable_cancel (call->service->file_work);
  lan_rpc_call_succeed (call, NULL);
}

/* How long the chat is kept; changed where `days` is given. */
static void
history_retention (LanRpcCall *call)
{
  LanPerson *peer = lan_rpc_need_peer (call, "peer");
  gint64 days = -1;
  JsonObject *o;

  if (peer == NULL || !lan_rpc_take_int (call, "days", &days))
    return;
  if (days < -1 || (days > 0 && days != 7 && days != 30 && days != 90 && days != 365)) {
    lan_rpc_call_fail_param (call, "days");
    return;
  }
  if (days >= 0)
    lan_person_set_keep_days (peer, (guint) days);
  o = json_object_new ();
  json_object_set_int_member (o, "days", days >= 0 ? days : lan_person_get_keep_days (peer));
  lan_rpc_call_succeed (call, o);
}

const LanRpcMethod lan_rpc_keep_methods[] = {
  { "history.cancel", history_cancel },
  { "history.export", history_export },
  { "history.import", history_import },
  { "history.retention", history_retention },
  { NULL, NULL },
};
