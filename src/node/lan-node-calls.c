/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What can be asked of an open node: checks of the arguments, then commands to the engine. */
#include "lan-content.h"
#include "lan-conversation-private.h"
#include "lan-host-list.h"
#include "lan-interfaces.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-random-system.h"
#include "lan-text.h"

#define HISTORY_MAX     1000
#define SETTING_KEY_MAX 64

void
lan_node_push_view (LanNode *self, LanPerson *person, gboolean viewed)
{
  LanCommand *command =
      lan_command_new_for (LAN_COMMAND_SET_VIEWED, lan_person_peek_account (person));

  command->number = viewed;
  lan_node_push (self, command);
}

void
lan_node_push_read (LanNode *self, const LanMessageId *message)
{
  LanCommand *command = lan_command_new (LAN_COMMAND_MARK_READ);

  command->message = *message;
  lan_node_push (self, command);
}

static gboolean
is_hex (const char *text)
{
  return text[strspn (text, "0123456789abcdefABCDEF")] == '\0';
}

/* @fits: TRUE for the one sought; NULL and AMBIGUOUS when there are several. */
static LanPerson *
find_one (LanNode *self, const char *sought, gboolean (*fits) (LanPerson *, const char *),
          GError **error)
{
  GListModel *people = lan_node_get_people (self);
  LanPerson *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    if (!fits (person, sought))
      continue;
    if (found != NULL) {
      g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_AMBIGUOUS,
                   "several people fit '%s': use more of the id", sought);
      return NULL;
    }
    found = person; /* the list keeps it */
  }
  return found;
}

static gboolean
fits_id (LanPerson *person, const char *prefix)
{
  return g_ascii_strncasecmp (lan_person_get_id (person), prefix, strlen (prefix)) == 0;
}

static gboolean
fits_name (LanPerson *person, const char *name)
{
  g_autofree char *a = g_utf8_casefold (lan_person_get_name (person), -1);
  g_autofree char *b = g_utf8_casefold (name, -1);

  return strcmp (a, b) == 0;
}

LanPerson *
lan_node_find_person (LanNode *self, const char *id_or_name, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) ambiguous = NULL;
  LanPerson *person = NULL;

  g_return_val_if_fail (LAN_IS_NODE (self) && id_or_name != NULL, NULL);
  if (strlen (id_or_name) >= 8 && is_hex (id_or_name))
    person = find_one (self, id_or_name, fits_id, &ambiguous);
  if (person == NULL && ambiguous == NULL) {
    name = lan_text_clean_line (id_or_name, -1, LAN_NAME_MAX_BYTES);
    if (name[0] != '\0')
      person = find_one (self, name, fits_name, &ambiguous);
  }
  if (ambiguous != NULL)
    g_propagate_error (error, g_steal_pointer (&ambiguous));
  else if (person == NULL)
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "nobody here is known as '%s'",
                 id_or_name);
  return person;
}

LanTransfer *
lan_node_find_transfer (LanNode *self, const char *id)
{
  LanMessageId message;

  g_return_val_if_fail (LAN_IS_NODE (self) && id != NULL, NULL);
  return lan_message_id_from_hex (&message, id) ? lan_node_models_transfer (self->models, &message)
                                                : NULL;
}

LanConversation *
lan_node_open_conversation (LanNode *self, LanPerson *person)
{
  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person), NULL);
  return lan_node_models_conversation (self->models, person);
}

gboolean
lan_node_may_write (LanNode *self, LanPerson *person, GError **error)
{
  if (!lan_node_require_open (self, error))
    return FALSE;
  if (lan_person_get_group (person) != NULL)
    return lan_node_may_write_group (lan_person_get_group (person), error);
  if (person == lan_node_get_self (self)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "one cannot write to oneself");
    return FALSE;
  }
  if (lan_person_get_blocked (person)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_BLOCKED, "%s is blocked: unblock them first",
                 lan_person_get_name (person));
    return FALSE;
  }
  if (lan_person_get_trust (person) == LAN_PERSON_TRUST_REVOKED) {
    const char *standing = lan_person_get_standing (person);

    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 g_str_equal (standing, "suspended")
                     ? "the company has suspended %s: nothing can be sent to them until it lets "
                       "them back in"
                 : g_str_equal (standing, "left")
                     ? "%s has left the company: nothing can be sent to them any more"
                     : "the key of %s was withdrawn: nobody could read this",
                 lan_person_get_name (person));
    return FALSE;
  }
  return TRUE;
}

gboolean
lan_node_check_text (const char *text, GError **error)
{
  if (text[0] != '\0' && strlen (text) <= LAN_TEXT_MAX_BYTES && g_utf8_validate (text, -1, NULL))
    return TRUE;
  g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
               "a message is UTF-8 text of 1 to %d bytes", LAN_TEXT_MAX_BYTES);
  return FALSE;
}

static LanCommand *
new_message_command (LanCommandType type, LanPerson *person)
{
  LanCommand *command = lan_command_new_for (type, lan_person_peek_account (person));

  lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
  return command;
}

char *
lan_node_send_text (LanNode *self, LanPerson *person, const char *text, GError **error)
{
  LanCommand *command;
  char *id;

  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && text != NULL, NULL);
  if (!lan_node_may_write (self, person, error) || !lan_node_check_text (text, error))
    return NULL;
  command = new_message_command (LAN_COMMAND_SEND_TEXT, person);
  command->text = g_strdup (text);
  id = lan_message_id_to_hex (&command->message);
  lan_node_push (self, command);
  return id;
}

static GStrv
send_files (LanNode *self, LanPerson *person, const char *const *paths, GPtrArray *shares)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; paths[i] != NULL; i++) {
    LanCommand *command = new_message_command (LAN_COMMAND_SEND_FILE, person);
    g_autofree char *id = lan_message_id_to_hex (&command->message);

    command->text = g_canonicalize_filename (paths[i], NULL);
    command->bytes = shares != NULL ? g_bytes_ref (g_ptr_array_index (shares, i)) : NULL;
    lan_node_push (self, command);
    g_strv_builder_add (ids, id);
  }
  return g_strv_builder_end (ids);
}

/* For each path a secret of its own, and who may know it. */
static GPtrArray *
shares_of (const char *const *paths, const GByteArray *keys)
{
  GPtrArray *shares = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; paths[i] != NULL; i++) {
    guint8 *share = g_malloc (LAN_SHARE_BYTES + keys->len);

    lan_random_bytes (lan_random_system (), share, LAN_SHARE_BYTES);
    memcpy (share + LAN_SHARE_BYTES, keys->data, keys->len);
    g_ptr_array_add (shares, g_bytes_new_take (share, LAN_SHARE_BYTES + keys->len));
  }
  return shares;
}

GStrv
lan_node_send_files (LanNode *self, LanPerson *person, const char *const *paths, GError **error)
{
  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && paths != NULL, NULL);
  return lan_node_may_write (self, person, error) ? send_files (self, person, paths, NULL) : NULL;
}

GStrv
lan_node_share_files (LanNode *self, GPtrArray *persons, const char *const *paths, GError **error)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  g_autoptr (GPtrArray) shares = NULL;

  g_return_val_if_fail (LAN_IS_NODE (self) && persons != NULL && paths != NULL, NULL);
  for (guint i = 0; i < persons->len; i++) {
    LanPerson *person = g_ptr_array_index (persons, i);

    if (!lan_node_may_write (self, person, error))
      return NULL;
    /* A group is offered it by a record of its own, and shares it among its members. */
    if (lan_person_get_group (person) == NULL)
      g_byte_array_append (keys, lan_person_peek_account (person)->b, LAN_ACCOUNT_ID_BYTES);
  }
  if (keys->len > LAN_ACCOUNT_ID_BYTES)
    shares = shares_of (paths, keys);
  for (guint i = 0; i < persons->len; i++) {
    LanPerson *person = g_ptr_array_index (persons, i);
    g_auto (GStrv) ids =
        send_files (self, person, paths, lan_person_get_group (person) == NULL ? shares : NULL);

    g_strv_builder_addv (all, (const char **) ids);
  }
  return g_strv_builder_end (all);
}

/* "files.auto." and the first half of the id: keys of settings are short. */
static char *
rule_key (LanPerson *person)
{
  return g_strdup_printf ("files.auto.%.32s", lan_person_get_id (person));
}

void
lan_node_set_auto_accept (LanNode *self, LanPerson *person, guint64 max_bytes, const char *dir)
{
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person));
  key = rule_key (person);
  if (max_bytes > 0 && dir != NULL)
    value = g_strdup_printf ("%" G_GUINT64_FORMAT " %s", max_bytes, dir);
  lan_node_set_setting (self, key, value);
}

guint64
lan_node_get_auto_accept (LanNode *self, LanPerson *person, char **dir)
{
  g_autofree char *key = NULL;
  const char *value;
  char *end = NULL;
  guint64 max_bytes;

  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person), 0);
  key = rule_key (person);
  value = lan_node_get_setting (self, key);
  max_bytes = value != NULL ? g_ascii_strtoull (value, &end, 10) : 0;
  if (max_bytes > 0 && *end != ' ')
    max_bytes = 0;
  if (dir != NULL)
    *dir = max_bytes > 0 ? g_strdup (end + 1) : NULL;
  return max_bytes;
}

/* Only from people whose key is known for sure, only within the cap (SECURITY section 7, rule f). */
void
lan_node_accept_by_rule (LanNode *self, LanTransfer *transfer)
{
  LanPerson *person = lan_transfer_get_person (transfer);
  LanPersonTrust trust = lan_person_get_trust (person);
  g_autofree char *dir = NULL;
  guint64 max_bytes;

  if (!lan_transfer_get_incoming (transfer) || lan_transfer_get_request (transfer) ||
      (trust != LAN_PERSON_TRUST_VERIFIED && trust != LAN_PERSON_TRUST_ATTESTED))
    return;
  max_bytes = lan_node_get_auto_accept (self, person, &dir);
  if (max_bytes > 0 && lan_transfer_get_size (transfer) <= max_bytes)
    lan_transfer_accept (transfer, dir);
}

void
lan_node_set_file_limit (LanNode *self, guint64 bytes_per_s)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, bytes_per_s);

  g_return_if_fail (LAN_IS_NODE (self));
  lan_node_set_setting (self, LAN_ENGINE_SETTING_FILE_LIMIT, text);
}

guint64
lan_node_get_file_limit (LanNode *self)
{
  const char *text;

  g_return_val_if_fail (LAN_IS_NODE (self), 0);
  text = lan_node_get_setting (self, LAN_ENGINE_SETTING_FILE_LIMIT);
  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

gboolean
lan_node_mark_read (LanNode *self, const char *message_id, GError **error)
{
  LanMessageId id;

  g_return_val_if_fail (LAN_IS_NODE (self) && message_id != NULL, FALSE);
  if (!lan_node_require_open (self, error))
    return FALSE;
  if (!lan_message_id_from_hex (&id, message_id)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "a message id is 32 hex digits");
    return FALSE;
  }
  lan_node_push_read (self, &id);
  return TRUE;
}

void
lan_node_mark_read_async (LanNode *self, const char *message_id, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && message_id != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  command = lan_command_new (LAN_COMMAND_MARK_READ);
  g_task_set_source_tag (task, lan_node_mark_read_async);
  command->task = task;
  if (!lan_message_id_from_hex (&command->message, message_id)) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "a message id is 32 hex digits");
    lan_command_free (command);
    return;
  }
  lan_node_ask (self, command);
}

gboolean
lan_node_mark_read_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
lan_node_read_page_async (LanNode *self, LanPerson *person, LanCommandType type, const char *anchor,
                          guint limit, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  LanCommand *command = lan_command_new_for (type, lan_person_peek_account (person));

  g_task_set_source_tag (task, lan_node_read_history_async);
  command->number = CLAMP (limit, 1, HISTORY_MAX);
  command->task = task;
  if (anchor != NULL && !lan_message_id_from_hex (&command->message, anchor)) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "a message id is 32 hex digits");
    lan_command_free (command);
    return;
  }
  lan_node_ask (self, command);
}

void
lan_node_read_history_async (LanNode *self, LanPerson *person, const char *before, guint limit,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person));
  lan_node_read_page_async (self, person, LAN_COMMAND_READ_HISTORY, before, limit, cancellable,
                            callback, user_data);
}

GPtrArray *
lan_node_read_history_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lan_node_set_presence (LanNode *self, LanPersonPresence presence, const char *status_text)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self));
  g_return_if_fail (presence != LAN_PERSON_PRESENCE_OFFLINE);
  command = lan_command_new (LAN_COMMAND_SET_PRESENCE);
  command->number = (gint64) presence;
  command->text =
      lan_text_clean_line (status_text != NULL ? status_text : "", -1, LAN_STATUS_MAX_BYTES);
  if (lan_node_get_self (self) != NULL)
    lan_person_set_own_presence (lan_node_get_self (self), presence, command->text);
  lan_node_push (self, command);
}

gboolean
lan_node_set_name (LanNode *self, const char *name, GError **error)
{
  g_autofree char *clean = NULL;
  LanCommand *command;

  g_return_val_if_fail (LAN_IS_NODE (self) && name != NULL, FALSE);
  if (!lan_node_require_open (self, error))
    return FALSE;
  clean = lan_text_clean_line (name, -1, LAN_NAME_MAX_BYTES);
  if (clean[0] == '\0') {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "a name needs at least one character that can be seen");
    return FALSE;
  }
  command = lan_command_new (LAN_COMMAND_SET_NAME);
  command->text = g_steal_pointer (&clean);
  lan_node_push (self, command);
  return TRUE;
}

void
lan_node_set_hidden (LanNode *self, gboolean hidden)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self));
  hidden = hidden != FALSE;
  if (self->hidden == hidden)
    return;
  command = lan_command_new (LAN_COMMAND_SET_HIDDEN);
  command->number = hidden;
  lan_node_push (self, command);
}

gboolean
lan_node_add_address (LanNode *self, const char *address, GError **error)
{
  g_autofree char *host = NULL;
  LanCommand *command;
  guint16 port;

  g_return_val_if_fail (LAN_IS_NODE (self) && address != NULL, FALSE);
  if (!lan_node_require_open (self, error))
    return FALSE;
  host = lan_host_parse (address, &port);
  if (host == NULL) {
    g_set_error (
        error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
        "'%.255s' is no address: use host, host:port or [v6]:port, the port from 1 to 65535",
        address);
    return FALSE;
  }
  command = lan_command_new (LAN_COMMAND_ADD_ADDRESS);
  command->text = g_strdup (address);
  lan_node_push (self, command);
  return TRUE;
}

gboolean
lan_node_check_interface (const char *pattern, GError **error)
{
  g_return_val_if_fail (pattern != NULL, FALSE);
  if (lan_interface_exists (pattern))
    return TRUE;
  g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NETWORK,
               "There is no network interface '%s'; 'ip link' lists those of this computer.",
               pattern);
  return FALSE;
}

const char *
lan_node_get_setting (LanNode *self, const char *key)
{
  g_return_val_if_fail (LAN_IS_NODE (self) && key != NULL, NULL);
  return g_hash_table_lookup (self->settings, key);
}

void
lan_node_set_setting (LanNode *self, const char *key, const char *value)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self) && key != NULL && strlen (key) <= SETTING_KEY_MAX);
  if (g_strcmp0 (g_hash_table_lookup (self->settings, key), value) == 0)
    return;
  command = lan_command_new (LAN_COMMAND_SET_SETTING);
  command->name = g_strdup (key);
  command->text = g_strdup (value);
  if (value != NULL)
    g_hash_table_insert (self->settings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (self->settings, key);
  lan_node_push (self, command);
}

void
lan_node_set_passphrase_async (LanNode *self, const char *old_passphrase,
                               const char *new_passphrase, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_set_passphrase_async);
  command = lan_command_new (LAN_COMMAND_SET_PASSPHRASE);
  command->name = g_strdup (old_passphrase);
  command->text = g_strdup (new_passphrase);
  command->task = task;
  lan_node_ask (self, command);
}

gboolean
lan_node_set_passphrase_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
