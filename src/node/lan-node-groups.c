/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Groups as a LanNode hands them out. */
#include "lan-content.h"
#include "lan-group-address.h"
#include "lan-group-chat-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-text.h"

GListModel *
lan_node_get_groups (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_groups (lan_node_peek_models (self));
}

static gboolean
fits (LanGroupChat *group, const char *sought)
{
  g_autofree char *a = NULL, *b = NULL;

  if (strlen (sought) >= 8 &&
      g_ascii_strncasecmp (lan_group_chat_get_id (group), sought, strlen (sought)) == 0)
    return TRUE;
  a = g_utf8_casefold (lan_group_chat_get_name (group), -1);
  b = g_utf8_casefold (sought, -1);
  return strcmp (a, b) == 0;
}

LanGroupChat *
lan_node_find_group (LanNode *self, const char *id_or_name, GError **error)
{
  GListModel *groups;
  LanGroupChat *found = NULL;

  g_return_val_if_fail (LAN_IS_NODE (self) && id_or_name != NULL, NULL);
  groups = lan_node_get_groups (self);
  for (guint i = 0; i < g_list_model_get_n_items (groups); i++) {
    g_autoptr (LanGroupChat) group = g_list_model_get_item (groups, i);

    if (!g_utf8_validate (id_or_name, -1, NULL) || !fits (group, id_or_name))
      continue;
    if (found != NULL) {
      g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_AMBIGUOUS,
                   "several groups fit '%s': use more of the id", id_or_name);
      return NULL;
    }
    found = group; /* the list keeps it */
  }
  if (found == NULL)
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "there is no group '%s'",
                 id_or_name);
  return found;
}

LanPerson *
lan_node_find_peer (LanNode *self, const char *id_or_name, GError **error)
{
  g_autoptr (GError) none = NULL;
  LanPerson *person;
  LanGroupChat *group;

  g_return_val_if_fail (LAN_IS_NODE (self) && id_or_name != NULL, NULL);
  person = lan_node_find_person (self, id_or_name, &none);
  if (person != NULL)
    return person;
  group = lan_node_find_group (self, id_or_name, NULL);
  if (group != NULL && g_error_matches (none, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND))
    return lan_group_chat_get_peer (group);
  g_propagate_error (error, g_steal_pointer (&none));
  return NULL;
}

gboolean
lan_node_may_write_group (LanGroupChat *group, GError **error)
{
  if (lan_group_chat_get_role (group) == LAN_GROUP_CHAT_ROLE_NONE)
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "one is no member of %s any more",
                 lan_group_chat_get_name (group));
  else if (lan_group_chat_get_ended (group))
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 "%s has ended: nobody can write there any more", lan_group_chat_get_name (group));
  else
    return TRUE;
  return FALSE;
}

void
lan_node_create_group_async (LanNode *self, LanGroupChatKind kind, const char *name,
                             GPtrArray *people, gboolean open_history, gint64 ends,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self) && people != NULL);
  command = lan_command_new (LAN_COMMAND_GROUP);
  command->kind = LAN_GROUP_CALL_CREATE;
  command->name = lan_text_clean_line (name != NULL ? name : "", -1, LAN_GROUP_NAME_MAX_BYTES);
  command->bytes = lan_group_chat_pack_people (people);
  command->number = MAX (ends, 0);
  command->group_kind = kind;
  command->open = open_history != FALSE;
  command->task = g_task_new (self, cancellable, callback, user_data);
  lan_node_ask (self, command);
}

char *
lan_node_create_group_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
