/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* group.* */
#include "lan-node-message.h"
#include "lan-rpc-methods-private.h"

#include <string.h>

#define PICTURE_MAX (32 * 1024)

static JsonObject *
describe_member (const LanGroupChatMember *member)
{
  JsonObject *o = lan_rpc_one_string ("id", lan_person_get_id (member->person));

  json_object_set_string_member (o, "name", lan_person_get_name (member->person));
  json_object_set_string_member (o, "role", lan_group_chat_role_name (member->role));
  if (member->forked)
    json_object_set_boolean_member (o, "forked", TRUE);
  if (member->typing)
    json_object_set_boolean_member (o, "typing", TRUE);
  return o;
}

static JsonArray *
describe_members (LanGroupChat *group)
{
  GPtrArray *members = lan_group_chat_get_members (group);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < members->len; i++)
    json_array_add_object_element (array, describe_member (g_ptr_array_index (members, i)));
  return array;
}

/* Who is writing just now, if anybody is. */
static void
describe_typing (JsonObject *o, LanGroupChat *group)
{
  GPtrArray *members = lan_group_chat_get_members (group);
  JsonArray *typing = json_array_new ();

  for (guint i = 0; i < members->len; i++) {
    const LanGroupChatMember *member = g_ptr_array_index (members, i);

    if (member->typing)
      json_array_add_string_element (typing, lan_person_get_id (member->person));
  }
  if (json_array_get_length (typing) > 0)
    json_object_set_array_member (o, "typing", typing);
  else
    json_array_unref (typing);
}

JsonObject *
lan_rpc_describe_group (LanGroupChat *group)
{
  JsonObject *o = lan_rpc_one_string ("id", lan_group_chat_get_id (group));
  LanPerson *inviter = lan_group_chat_get_inviter (group);

  json_object_set_string_member (o, "name", lan_group_chat_get_name (group));
  json_object_set_string_member (o, "topic", lan_group_chat_get_topic (group));
  json_object_set_string_member (o, "kind",
                                 lan_group_chat_kind_name (lan_group_chat_get_kind (group)));
  json_object_set_string_member (o, "role",
                                 lan_group_chat_role_name (lan_group_chat_get_role (group)));
  json_object_set_int_member (o, "members", lan_group_chat_get_members (group)->len);
  json_object_set_boolean_member (o, "history", lan_group_chat_get_open_history (group));
  describe_typing (o, group);
  if (lan_group_chat_get_picture (group) != NULL)
    json_object_set_int_member (o, "picture",
                                (gint64) g_bytes_get_size (lan_group_chat_get_picture (group)));
  if (lan_group_chat_get_invited (group))
    json_object_set_boolean_member (o, "invited", TRUE);
  if (inviter != NULL)
    json_object_set_string_member (o, "inviter", lan_person_get_id (inviter));
  if (lan_group_chat_get_muted (group))
    json_object_set_boolean_member (o, "muted", TRUE);
  if (lan_group_chat_get_ended (group))
    json_object_set_boolean_member (o, "ended", TRUE);
  if (lan_group_chat_get_ends (group) != 0)
    json_object_set_int_member (o, "ends", lan_group_chat_get_ends (group));
  if (lan_group_chat_get_forks (group) != 0)
    json_object_set_int_member (o, "forks", lan_group_chat_get_forks (group));
  return o;
}

/* NULL once the call is answered. */
static LanGroupChat *
need_group (LanRpcCall *call)
{
  const char *id = lan_rpc_need_string (call, "id");
  g_autoptr (GError) error = NULL;
  LanGroupChat *group;

  if (id == NULL)
    return NULL;
  group = lan_node_find_group (call->service->node, id, &error);
  if (group == NULL)
    lan_rpc_call_fail (call, error);
  return group;
}

/* --- making --- */

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_create_group_finish (LAN_NODE (source), result, &error);

  if (id == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_one_string ("id", id));
}

/* FALSE once the call is answered. */
static gboolean
take_kind (LanRpcCall *call, LanGroupChatKind *kind)
{
  const char *name = NULL;

  if (!lan_rpc_take_string (call, "kind", &name))
    return FALSE;
  for (guint i = LAN_GROUP_CHAT_KIND_GROUP; i <= LAN_GROUP_CHAT_KIND_TEMPORARY; i++) {
    if (name == NULL || strcmp (name, lan_group_chat_kind_name ((LanGroupChatKind) i)) == 0) {
      *kind = (LanGroupChatKind) i;
      return TRUE;
    }
  }
  lan_rpc_call_fail_param (call, "kind");
  return FALSE;
}

static void
group_create (LanRpcCall *call)
{
  g_autoptr (GPtrArray) people = NULL;
  LanGroupChatKind kind = LAN_GROUP_CHAT_KIND_GROUP;
  const char *name = NULL;
  gboolean history = FALSE;
  gint64 ends = 0;

  if (!take_kind (call, &kind) || !lan_rpc_take_string (call, "name", &name) ||
      !lan_rpc_take_boolean (call, "history", &history) || !lan_rpc_take_int (call, "ends", &ends))
    return;
  if (ends < 0 || (kind == LAN_GROUP_CHAT_KIND_TEMPORARY) != (ends > 0)) {
    lan_rpc_call_fail_param (call, "ends");
    return;
  }
  people = lan_rpc_need_people (call, "people");
  if (people != NULL)
    lan_node_create_group_async (call->service->node, kind, name, people, history, ends,
                                 call->service->cancellable, on_created, call);
}

/* --- looking --- */

static void
group_list (LanRpcCall *call)
{
  GListModel *groups = lan_node_get_groups (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (groups); i++) {
    g_autoptr (LanGroupChat) group = g_list_model_get_item (groups, i);

    json_array_add_object_element (array, lan_rpc_describe_group (group));
  }
  json_object_set_array_member (o, "groups", array);
  lan_rpc_call_succeed (call, o);
}

static void
group_get (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);

  if (group != NULL)
    lan_rpc_call_succeed (call, lan_rpc_describe_group (group));
}

static void
group_members (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  JsonObject *o;

  if (group == NULL)
    return;
  o = json_object_new ();
  json_object_set_array_member (o, "members", describe_members (group));
  lan_rpc_call_succeed (call, o);
}

static JsonArray *
describe_readers (LanGroupChat *group, LanMessage *message, gboolean read)
{
  g_autoptr (GPtrArray) people = lan_group_chat_list_readers (group, message, read);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < people->len; i++)
    json_array_add_string_element (array, lan_person_get_id (g_ptr_array_index (people, i)));
  return array;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanMessage) message = lan_node_find_message_finish (LAN_NODE (source), result, &error);
  LanGroupChat *group =
      message != NULL ? lan_person_get_group (lan_message_get_peer (message)) : NULL;
  JsonObject *o;

  if (message != NULL && group == NULL)
    error =
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "this message is in no group");
  if (error != NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_array_member (o, "delivered", describe_readers (group, message, FALSE));
  json_object_set_array_member (o, "read", describe_readers (group, message, TRUE));
  json_object_set_int_member (o, "members", lan_group_chat_get_members (group)->len);
  lan_rpc_call_succeed (call, o);
}

static void
group_readers (LanRpcCall *call)
{
  const char *message = lan_rpc_need_string (call, "message");

  if (message != NULL)
    lan_node_find_message_async (call->service->node, message,
                                 lan_node_get_self (call->service->node),
                                 call->service->cancellable, on_found, call);
}

/* --- changing --- */

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;

  if (lan_group_chat_change_finish (LAN_GROUP_CHAT (source), result, &error))
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

static void
group_invite (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  g_autoptr (GPtrArray) people = group != NULL ? lan_rpc_need_people (call, "people") : NULL;

  if (people != NULL)
    lan_group_chat_add_async (group, people, call->service->cancellable, on_changed, call);
}

static void
group_remove (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  LanPerson *person = group != NULL ? lan_rpc_need_person (call, "person") : NULL;

  if (person != NULL)
    lan_group_chat_remove_async (group, person, call->service->cancellable, on_changed, call);
}

static void
group_role (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  LanPerson *person = group != NULL ? lan_rpc_need_person (call, "person") : NULL;
  const char *role = person != NULL ? lan_rpc_need_string (call, "role") : NULL;

  if (role == NULL)
    return;
  for (guint i = LAN_GROUP_CHAT_ROLE_MEMBER; i <= LAN_GROUP_CHAT_ROLE_OWNER; i++) {
    if (strcmp (role, lan_group_chat_role_name ((LanGroupChatRole) i)) == 0) {
      lan_group_chat_set_role_async (group, person, (LanGroupChatRole) i,
                                     call->service->cancellable, on_changed, call);
      return;
    }
  }
  lan_rpc_call_fail_param (call, "role");
}

static void
group_rename (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  const char *name = group != NULL ? lan_rpc_need_string (call, "name") : NULL;

  if (name != NULL)
    lan_group_chat_rename_async (group, name, call->service->cancellable, on_changed, call);
}

static void
group_topic (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  const char *topic = group != NULL ? lan_rpc_need_string (call, "topic") : NULL;

  if (topic != NULL)
    lan_group_chat_set_topic_async (group, topic, call->service->cancellable, on_changed, call);
}

/* The file is read here: whoever calls may read it, too. */
static void
group_picture (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  const char *path = NULL;
  g_autoptr (GBytes) picture = NULL;
  g_autoptr (GError) error = NULL;
  char *data;
  gsize len;

  if (group == NULL || !lan_rpc_take_string (call, "path", &path))
    return;
  if (path != NULL && !g_file_get_contents (path, &data, &len, &error)) {
    lan_rpc_call_fail (call, error);
    return;
  }
  if (path != NULL)
    picture = g_bytes_new_take (data, len);
  if (picture != NULL && len > PICTURE_MAX) {
    lan_rpc_call_fail_param (call, "path");
    return;
  }
  lan_group_chat_set_picture_async (group, picture, call->service->cancellable, on_changed, call);
}

static void
group_history (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  gboolean open = TRUE;

  if (group != NULL && lan_rpc_take_boolean (call, "open", &open))
    lan_group_chat_set_open_history_async (group, open, call->service->cancellable, on_changed,
                                           call);
}

static void
group_convert (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);

  if (group != NULL)
    lan_group_chat_make_group_async (group, call->service->cancellable, on_changed, call);
}

static void
group_end (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);

  if (group != NULL)
    lan_group_chat_end_async (group, call->service->cancellable, on_changed, call);
}

static void
group_leave (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);

  if (group != NULL)
    lan_group_chat_leave_async (group, call->service->cancellable, on_changed, call);
}

static void
group_join (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);

  if (group == NULL)
    return;
  lan_group_chat_join (group);
  lan_rpc_call_succeed (call, NULL);
}

static void
group_mute (LanRpcCall *call)
{
  LanGroupChat *group = need_group (call);
  gboolean on = TRUE;

  if (group == NULL || !lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_group_chat_set_muted (group, on);
  lan_rpc_call_succeed (call, NULL);
}

const LanRpcMethod lan_rpc_group_methods[] = {
  { "group.convert", group_convert }, { "group.create", group_create },
  { "group.end", group_end },         { "group.get", group_get },
  { "group.history", group_history }, { "group.invite", group_invite },
  { "group.join", group_join },       { "group.leave", group_leave },
  { "group.list", group_list },       { "group.members", group_members },
  { "group.mute", group_mute },       { "group.picture", group_picture },
  { "group.readers", group_readers }, { "group.remove", group_remove },
  { "group.rename", group_rename },   { "group.role", group_role },
  { "group.topic", group_topic },     { NULL, NULL },
};
