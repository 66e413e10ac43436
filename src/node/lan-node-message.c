/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What can be done with messages: checks of the arguments, then commands to the engine. */
#include "lan-node-message.h"

#include "lan-content.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-random-system.h"
#include "lan-text.h"

#include <string.h>

#define PINNED_MAX 50

/* What stands beside a text, in memory that lives as long as this. */
typedef struct {
  LanContent content;
  Lanyard__Quote quote;
  Lanyard__Forwarded forwarded;
  LanAccountId quote_author, forwarded_author;
  LanMessageId quote_id;
  LanAccountId accounts[LAN_MENTION_MAX_COUNT];
  Lanyard__Mention mentions[LAN_MENTION_MAX_COUNT];
  Lanyard__Mention *pointers[LAN_MENTION_MAX_COUNT];
  char *excerpt;
  char *name;
} Beside;

static void
beside_init (Beside *b)
{
  memset (b, 0, sizeof *b);
  b->content = (LanContent) LANYARD__CONTENT__INIT;
  b->quote = (Lanyard__Quote) LANYARD__QUOTE__INIT;
  b->forwarded = (Lanyard__Forwarded) LANYARD__FORWARDED__INIT;
}

static void
beside_clear (Beside *b)
{
  g_free (b->excerpt);
  g_free (b->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Beside, beside_clear)

/* What stands for a message in a quote: of one without a text, what it is. */
static char *
make_excerpt (LanMessage *message)
{
  g_autofree char *text =
      lan_text_clean_line (lan_message_get_text (message), -1, LAN_EXCERPT_MAX_BYTES);
  guint seconds = (lan_message_get_note_duration (message) + 500) / 1000;

  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER)
    return g_strdup_printf ("[%s]", text);
  if (*text != '\0')
    return g_steal_pointer (&text);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE)
    return g_strdup_printf ("🎤 %u:%02u", seconds / 60, seconds % 60);
  return g_strdup (lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL ? "📞" : "…");
}

static void
put_quote (Beside *b, LanMessage *message)
{
  b->quote_author = *lan_person_peek_account (lan_message_get_author (message));
  b->quote_id = lan_message_peek_info (message)->id;
  b->excerpt = make_excerpt (message);
  b->quote.author = (ProtobufCBinaryData){ sizeof b->quote_author.b, b->quote_author.b };
  b->quote.message = (ProtobufCBinaryData){ sizeof b->quote_id.b, b->quote_id.b };
  b->quote.excerpt = b->excerpt;
  b->content.quote = &b->quote;
}

/* A copy of a copy names who wrote it first. */
static void
put_forwarded (Beside *b, LanMessage *message)
{
  const char *first = lan_message_get_forwarded_from (message);
  LanPerson *author = lan_message_get_author (message);

  b->name = lan_text_clean_line (first != NULL ? first : lan_person_get_name (author), -1,
                                 LAN_NAME_MAX_BYTES);
  b->forwarded.name = b->name;
  if (first == NULL) {
    b->forwarded_author = *lan_person_peek_account (author);
    b->forwarded.author =
        (ProtobufCBinaryData){ sizeof b->forwarded_author.b, b->forwarded_author.b };
  }
  b->forwarded.time_ms = (guint64) MAX (0, lan_message_get_time (message));
  b->content.forwarded = &b->forwarded;
}

static gboolean
put_mentions (Beside *b, const char *const *ids, GError **error)
{
  gsize n = 0;

  for (; ids != NULL && ids[n] != NULL; n++) {
    gboolean all = strcmp (ids[n], "all") == 0;

    if (n == LAN_MENTION_MAX_COUNT ||
        (!all && !lan_account_id_from_hex (&b->accounts[n], ids[n]))) {
      g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                   "mentions are at most %d whole ids, or 'all'", LAN_MENTION_MAX_COUNT);
      return FALSE;
    }
    b->mentions[n] = (Lanyard__Mention) LANYARD__MENTION__INIT;
    if (!all)
      b->mentions[n].account = (ProtobufCBinaryData){ sizeof b->accounts[n].b, b->accounts[n].b };
    b->pointers[n] = &b->mentions[n];
  }
  b->content.mentions = b->pointers;
  b->content.n_mentions = n;
  return TRUE;
}

static char *
push_text (LanNode *self, LanPerson *person, const char *text, const Beside *b)
{
  LanCommand *command =
      lan_command_new_for (LAN_COMMAND_SEND_TEXT, lan_person_peek_account (person));
  char *id;

  lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
  command->text = g_strdup (text);
  command->bytes = lan_content_encode (&b->content);
  id = lan_message_id_to_hex (&command->message);
  lan_node_push (self, command);
  return id;
}

char *
lan_node_push_body (LanNode *self, LanPerson *person, guint16 kind, LanContent *content,
                    LanMessage *reply_to, const char *text)
{
  LanCommand *command =
      lan_command_new_for (LAN_COMMAND_SEND_BODY, lan_person_peek_account (person));
  g_auto (Beside) beside;
  char *id;

  beside_init (&beside);
  if (reply_to != NULL)
    put_quote (&beside, reply_to);
  content->quote = beside.content.quote;
  lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
  command->kind = kind;
  command->text = g_strdup (text);
  command->bytes = lan_content_encode (content);
  content->quote = NULL;
  id = lan_message_id_to_hex (&command->message);
  lan_node_push (self, command);
  return id;
}

void
lan_node_read_body (LanNode *self, LanMessage *message, guint16 kind, GTask *task)
{
  LanCommand *command = lan_command_new (LAN_COMMAND_READ_BODY);

  command->message = lan_message_peek_info (message)->id;
  command->other = *lan_person_peek_account (lan_message_get_author (message));
  command->kind = kind;
  command->task = task;
  lan_node_ask (self, command);
}

char *
lan_node_send_message (LanNode *self, LanPerson *person, const char *text, LanMessage *reply_to,
                       const char *const *mentions, gboolean urgent, GError **error)
{
  g_auto (Beside) beside;

  beside_init (&beside);
  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && text != NULL, NULL);
  if (!lan_node_may_write (self, person, error) || !lan_node_check_text (text, error) ||
      !put_mentions (&beside, mentions, error))
    return NULL;
  if (reply_to != NULL)
    put_quote (&beside, reply_to);
  beside.content.urgent = urgent != FALSE;
  return push_text (self, person, text, &beside);
}

static gboolean
may_write_all (LanNode *self, GPtrArray *persons, GError **error)
{
  for (guint i = 0; i < persons->len; i++) {
    if (!lan_node_may_write (self, g_ptr_array_index (persons, i), error))
      return FALSE;
  }
  if (persons->len == 0)
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "nobody to send it to");
  return persons->len > 0;
}

static GStrv
push_to_all (LanNode *self, GPtrArray *persons, const char *text, const Beside *b)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < persons->len; i++) {
    g_autofree char *id = push_text (self, g_ptr_array_index (persons, i), text, b);

    g_strv_builder_add (ids, id);
  }
  return g_strv_builder_end (ids);
}

GStrv
lan_node_send_to_many (LanNode *self, GPtrArray *persons, const char *text, gboolean urgent,
                       GError **error)
{
  g_auto (Beside) beside;

  beside_init (&beside);
  g_return_val_if_fail (LAN_IS_NODE (self) && persons != NULL && text != NULL, NULL);
  if (!may_write_all (self, persons, error) || !lan_node_check_text (text, error))
    return NULL;
  beside.content.urgent = urgent != FALSE;
  return push_to_all (self, persons, text, &beside);
}

static GStrv
forward_file (LanNode *self, LanMessage *message, GPtrArray *persons, GError **error)
{
  LanTransfer *transfer = lan_message_get_transfer (message);
  const char *paths[] = { transfer != NULL ? lan_transfer_get_path (transfer) : NULL, NULL };

  if (paths[0] == NULL || (lan_transfer_get_incoming (transfer) &&
                           lan_transfer_get_status (transfer) != LAN_TRANSFER_STATUS_DONE)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "the file is not on this computer: accept it first");
    return NULL;
  }
  return lan_node_share_files (self, persons, paths, error);
}

/* What is read only when it is wanted is read by the engine. */
static GStrv
forward_body (LanNode *self, LanMessage *message, GPtrArray *persons, const Beside *b)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  gboolean is_note = lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE;

  for (guint i = 0; i < persons->len; i++) {
    LanCommand *command = lan_command_new_for (
        LAN_COMMAND_FORWARD_BODY, lan_person_peek_account (g_ptr_array_index (persons, i)));
    g_autofree char *id = NULL;

    lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
    command->target = lan_message_peek_info (message)->id;
    command->other = *lan_person_peek_account (lan_message_get_author (message));
    command->kind = is_note ? LAN_KIND_NOTE : LAN_KIND_STICKER;
    command->text = is_note ? g_strdup ("🎤") : g_strdup (lan_message_get_text (message));
    command->bytes = lan_content_encode (&b->content);
    id = lan_message_id_to_hex (&command->message);
    lan_node_push (self, command);
    g_strv_builder_add (ids, id);
  }
  return g_strv_builder_end (ids);
}

GStrv
lan_node_forward_message (LanNode *self, LanMessage *message, GPtrArray *persons, GError **error)
{
  g_auto (Beside) beside;

  beside_init (&beside);
  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message) && persons != NULL, NULL);
  if (!may_write_all (self, persons, error))
    return NULL;
  if (lan_message_get_recalled (message) ||
      lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL ||
      lan_message_get_kind (message) == LAN_MESSAGE_KIND_UNKNOWN) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "there is nothing in this message to forward");
    return NULL;
  }
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE)
    return forward_file (self, message, persons, error);
  put_forwarded (&beside, message);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_NOTE ||
      lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER)
    return forward_body (self, message, persons, &beside);
  return push_to_all (self, persons, lan_message_get_text (message), &beside);
}

/* --- operations --- */

static LanCommand *
new_operation (LanNode *self, LanMessage *message, LanOperationKind kind, GTask *task)
{
  LanCommand *command = lan_command_new_for (
      LAN_COMMAND_OPERATE, lan_person_peek_account (lan_message_get_peer (message)));

  lan_random_message_id (lan_random_system (), g_get_real_time () / 1000, &command->message);
  command->target = lan_message_peek_info (message)->id;
  command->other = *lan_person_peek_account (lan_message_get_author (message));
  command->kind = kind;
  command->number = TRUE;
  command->task = task;
  return command;
}

/* What is written now goes to the conversation with the person as they are now. */
static gboolean
may_operate (LanNode *self, LanMessage *message, gboolean authors_only, GError **error)
{
  LanPerson *peer = lan_message_get_peer (message);
  LanConversationId id;

  if (!lan_node_may_write (self, peer, error))
    return FALSE;
  lan_node_conversation_id (self, peer, &id);
  if (!lan_conversation_id_equal (&id, &lan_message_peek_info (message)->conversation))
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "this message was exchanged with a key that is no longer used");
  else if (authors_only && !lan_message_get_own (message))
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "only who wrote a message can edit or recall it");
  else if (lan_message_get_recalled (message))
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "this message was recalled");
  else if (lan_message_get_imported_from (message) != NULL)
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "this message came out of a file: nobody else knows it");
  else
    return TRUE;
  return FALSE;
}

/* Takes what the checks said; FALSE: answered. */
static gboolean
begin (GTask *task, LanCommand *command, GError *error)
{
  if (error == NULL)
    return TRUE;
  g_task_return_error (task, error);
  lan_command_free (command);
  return FALSE;
}

void
lan_node_edit_message_async (LanNode *self, LanMessage *message, const char *text,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message) && text != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  command = new_operation (self, message, LAN_OPERATION_EDIT, task);
  command->text = g_strdup (text);
  if (may_operate (self, message, TRUE, &error) && lan_node_check_text (text, &error) &&
      lan_message_get_kind (message) != LAN_MESSAGE_KIND_TEXT)
    g_set_error_literal (&error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "only texts can be edited");
  if (begin (task, command, error))
    lan_node_ask (self, command);
}

void
lan_node_recall_message_async (LanNode *self, LanMessage *message, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message));
  task = g_task_new (self, cancellable, callback, user_data);
  command = new_operation (self, message, LAN_OPERATION_RECALL, task);
  (void) may_operate (self, message, TRUE, &error);
  if (begin (task, command, error))
    lan_node_ask (self, command);
}

void
lan_node_react_async (LanNode *self, LanMessage *message, const char *emoji, gboolean on,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message) && emoji != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  command = new_operation (self, message, LAN_OPERATION_REACTION, task);
  command->text = g_strdup (emoji);
  command->number = on != FALSE;
  if (may_operate (self, message, FALSE, &error) && !lan_emoji_is_valid (emoji))
    g_set_error (&error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 "a reaction is an emoji of at most %d bytes", LAN_EMOJI_MAX_BYTES);
  if (begin (task, command, error))
    lan_node_ask (self, command);
}

void
lan_node_pin_async (LanNode *self, LanMessage *message, gboolean on, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message));
  task = g_task_new (self, cancellable, callback, user_data);
  command = new_operation (self, message, LAN_OPERATION_PIN, task);
  command->number = on != FALSE;
  (void) may_operate (self, message, FALSE, &error);
  if (begin (task, command, error))
    lan_node_ask (self, command);
}

char *
lan_node_operate_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- reading --- */

void
lan_node_find_message_async (LanNode *self, const char *message_id, LanPerson *author,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  LanCommand *command;
  GError *error = NULL;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && message_id != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  command = lan_command_new (LAN_COMMAND_FIND_MESSAGE);
  command->task = task;
  if (author != NULL)
    command->other = *lan_person_peek_account (author);
  if (!lan_message_id_from_hex (&command->message, message_id))
    g_set_error_literal (&error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "a message id is 32 hex digits");
  if (begin (task, command, error))
    lan_node_ask (self, command);
}

LanMessage *
lan_node_find_message_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) messages = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  messages = g_task_propagate_pointer (G_TASK (result), error);
  return messages != NULL && messages->len > 0 ? g_object_ref (messages->pdata[0]) : NULL;
}

void
lan_node_read_pinned_async (LanNode *self, LanPerson *person, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person));
  lan_node_read_page_async (self, person, LAN_COMMAND_READ_PINNED, NULL, PINNED_MAX, cancellable,
                            callback, user_data);
}

GPtrArray *
lan_node_read_pinned_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  GPtrArray *messages = lan_node_read_history_finish (self, result, error);

  for (guint i = messages != NULL ? messages->len : 0; i > 0; i--) {
    if (!lan_message_get_pinned (g_ptr_array_index (messages, i - 1)))
      g_ptr_array_remove_index (messages, i - 1); /* recalled since */
  }
  return messages;
}

void
lan_node_read_edits_async (LanNode *self, LanMessage *message, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message));
  command = lan_command_new (LAN_COMMAND_READ_EDITS);
  command->message = lan_message_peek_info (message)->id;
  command->other = *lan_person_peek_account (lan_message_get_author (message));
  command->task = g_task_new (self, cancellable, callback, user_data);
  lan_node_ask (self, command);
}

GPtrArray *
lan_node_read_edits_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
