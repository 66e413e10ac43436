/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-node-bundle.h"
#include "lan-node-carry.h"
#include "lan-rpc-methods-private.h"

/* carry.*, bundle.* */

static JsonObject *
describe_carry (LanNode *node)
{
  JsonObject *o = json_object_new ();

  json_object_set_boolean_member (o, "on", lan_node_get_carrying (node));
  json_object_set_int_member (o, "letters", lan_node_get_carried_letters (node));
  json_object_set_int_member (o, "bytes", (gint64) lan_node_get_carried_bytes (node));
  return o;
}

static void
carry_get (LanRpcCall *call)
{
  lan_rpc_call_succeed (call, describe_carry (call->service->node));
}

static void
carry_set (LanRpcCall *call)
{
  gboolean on = lan_node_get_carrying (call->service->node);

  if (!lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_node_set_carrying (call->service->node, on);
  lan_rpc_call_succeed (call, NULL);
}

/* --- bundles --- */

typedef struct {
  LanRpcCall *call;
  LanRpcService *service; /* of the call, while it is under way */
  GCancellable *cancellable;
} Work;

static Work *
work_new (LanRpcCall *call)
{
  Work *work = g_new0 (Work, 1);

  work->call = call;
  work->service = call->service;
  work->cancellable = g_cancellable_new ();
  call->service->bundle = work->cancellable;
  return work;
}

static void
work_free (Work *work)
{
  g_object_unref (work->cancellable);
  g_free (work);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* Before the call is answered, with which the service may go. */
static void
work_over (Work *work)
{
  if (work->service->bundle == work->cancellable)
    work->service->bundle = NULL;
}

static void
on_progress (guint percent, gpointer user_data)
{
  Work *work = user_data;
  JsonObject *o = json_object_new ();

  json_object_set_int_member (o, "percent", percent);
  lan_rpc_service_notify (work->service, "bundle.progress", o);
}

/* Returns: (nullable): an absolute path; NULL: @call is answered. */
static const char *
need_path (LanRpcCall *call)
{
  const char *path = lan_rpc_need_string (call, "path");

  if (path == NULL || g_path_is_absolute (path))
    return path;
  lan_rpc_call_fail_param (call, "path");
  return NULL;
}

static JsonArray *
describe_unreached (GPtrArray *all)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < all->len; i++) {
    const LanBundleUnreached *unreached = g_ptr_array_index (all, i);
    JsonObject *o = lan_rpc_one_string ("id", unreached->id);

    json_object_set_string_member (o, "reason", unreached->no_key ? "no-key" : "not-contact");
    json_array_add_object_element (array, o);
  }
  return array;
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanBundleWritten) written =
      lan_node_create_bundle_finish (LAN_NODE (source), result, &error);
  JsonObject *o;

  work_over (work);
  if (written == NULL) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_int_member (o, "letters", written->letters);
  json_object_set_int_member (o, "people", written->people);
  json_object_set_int_member (o, "others", written->others);
  json_object_set_int_member (o, "told", written->words);
  json_object_set_int_member (o, "bytes", (gint64) written->bytes);
  json_object_set_boolean_member (o, "full", written->is_full);
  json_object_set_array_member (o, "unreached", describe_unreached (written->unreached));
  lan_rpc_call_succeed (work->call, o);
}

static void
bundle_create (LanRpcCall *call)
{
  const char *path = need_path (call);
  g_auto (GStrv) people = NULL;
  Work *work;

  if (path == NULL)
    return;
  if (json_object_has_member (call->params, "people")) {
    people = lan_rpc_need_strings (call, "people");
    if (people == NULL)
      return;
  }
  work = work_new (call);
  lan_node_create_bundle_async (call->service->node, path, (const char *const *) people,
                                on_progress, work, work->cancellable, on_created, work);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Work) work = user_data;
  g_autoptr (GError) error = NULL;
  JsonObject *o, *refused;
  LanBundleTaken taken;

  work_over (work);
  if (!lan_node_read_bundle_finish (LAN_NODE (source), result, &taken, &error)) {
    lan_rpc_call_fail (work->call, error);
    return;
  }
  o = json_object_new ();
  refused = json_object_new ();
  json_object_set_int_member (o, "new", taken.fresh);
  json_object_set_int_member (o, "known", taken.known);
  json_object_set_int_member (o, "waiting", taken.waiting);
  json_object_set_int_member (o, "own", taken.own);
  json_object_set_int_member (o, "kept", taken.kept);
  json_object_set_int_member (o, "left", taken.left);
  json_object_set_int_member (o, "heard", taken.words);
  json_object_set_int_member (refused, "unreadable", taken.unreadable);
  json_object_set_int_member (refused, "stranger", taken.stranger);
  json_object_set_int_member (refused, "no-room", taken.no_room);
  json_object_set_int_member (refused, "old", taken.old);
  json_object_set_object_member (o, "refused", refused);
  lan_rpc_call_succeed (work->call, o);
}

static void
bundle_read (LanRpcCall *call)
{
  const char *path = need_path (call);
  Work *work;

  if (path == NULL)
    return;
  work = work_new (call);
  lan_node_read_bundle_async (call->service->node, path, on_progress, work, work->cancellable,
                              on_read, work);
}

/* The last one begun through this service. */
static void
bundle_cancel (LanRpcCall *call)
{
  if (call->service->bundle != NULL)
    g_cancellable_cancel (call->service->bundle);
  lan_rpc_call_succeed (call, NULL);
}

const LanRpcMethod lan_rpc_bundle_methods[] = {
  { "bundle.cancel", bundle_cancel }, { "bundle.create", bundle_create },
  { "bundle.read", bundle_read },     { "carry.get", carry_get },
  { "carry.set", carry_set },         { NULL, NULL },
};
