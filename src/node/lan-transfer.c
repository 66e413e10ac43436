/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanTransfer: a snapshot of a file on its way, as GObject properties. */
#include "lan-transfer-private.h"

#include "lan-enum-types.h"
#include "lan-node-private.h"
#include "lan-person-private.h"

struct _LanTransfer {
  GObject parent_instance;

  char *id;
  char *group; /* made when it is asked for */
  LanPerson *person;
  LanTransferInfo info;
};

G_DEFINE_BOXED_TYPE (LanTransferEntry, lan_transfer_entry, lan_transfer_entry_copy,
                     lan_transfer_entry_free)
G_DEFINE_FINAL_TYPE (LanTransfer, lan_transfer, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_PERSON,
  PROP_INCOMING,
  PROP_NAME,
  PROP_SIZE,
  PROP_DONE,
  PROP_RATE,
  PROP_ETA,
  PROP_STATUS,
  PROP_CREATED,
  PROP_REQUEST,
  PROP_PATH,
  PROP_ERROR_CODE,
  PROP_ERROR_TEXT,
  PROP_FOLDER,
  PROP_FILES,
  PROP_LEFT_LINKS,
  PROP_LEFT_OTHERS,
  PROP_PAUSED,
  PROP_MEMBERS,
  PROP_FETCHED,
  PROP_LEFT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
lan_transfer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanTransfer *self = LAN_TRANSFER (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_PERSON:
    g_value_set_object (value, self->person);
    break;
  case PROP_INCOMING:
    g_value_set_boolean (value, self->info.row.incoming);
    break;
  case PROP_NAME:
    g_value_set_string (value, lan_transfer_get_name (self));
    break;
  case PROP_SIZE:
    g_value_set_uint64 (value, self->info.row.size);
    break;
  case PROP_DONE:
    g_value_set_uint64 (value, self->info.row.done);
    break;
  case PROP_RATE:
    g_value_set_uint64 (value, self->info.rate);
    break;
  case PROP_ETA:
    g_value_set_int64 (value, lan_transfer_get_eta (self));
    break;
  case PROP_STATUS:
    g_value_set_enum (value, (int) lan_transfer_get_status (self));
    break;
  case PROP_CREATED:
    g_value_set_int64 (value, self->info.row.created_ms);
    break;
  case PROP_REQUEST:
    g_value_set_boolean (value, self->info.request);
    break;
  case PROP_PATH:
    g_value_set_string (value, lan_transfer_get_path (self));
    break;
  case PROP_ERROR_CODE:
    g_value_set_string (value, self->info.row.error);
    break;
  case PROP_ERROR_TEXT:
    g_value_set_string (value, self->info.error_text);
    break;
  case PROP_FOLDER:
    g_value_set_boolean (value, self->info.is_folder);
    break;
  case PROP_FILES:
    g_value_set_uint (value, self->info.files);
    break;
  case PROP_LEFT_LINKS:
    g_value_set_uint (value, self->info.left_links);
    break;
  case PROP_LEFT_OTHERS:
    g_value_set_uint (value, self->info.left_others);
    break;
  case PROP_PAUSED:
    g_value_set_boolean (value, self->info.is_paused);
    break;
  case PROP_MEMBERS:
    g_value_set_uint (value, self->info.members);
    break;
  case PROP_FETCHED:
    g_value_set_uint (value, self->info.fetched);
    break;
  case PROP_LEFT:
    g_value_set_enum (value, (int) self->info.left);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_transfer_finalize (GObject *object)
{
  LanTransfer *self = LAN_TRANSFER (object);

  g_clear_object (&self->person);
  lan_transfer_info_clear (&self->info);
  g_free (self->id);
  g_free (self->group);
  G_OBJECT_CLASS (lan_transfer_parent_class)->finalize (object);
}

static void
lan_transfer_class_init (LanTransferClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_transfer_get_property;
  object_class->finalize = lan_transfer_finalize;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_PERSON] = g_param_spec_object ("person", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_INCOMING] = g_param_spec_boolean ("incoming", NULL, NULL, FALSE, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_RATE] = g_param_spec_uint64 ("rate", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ETA] = g_param_spec_int64 ("eta", NULL, NULL, -1, G_MAXINT64, -1, flags);
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, LAN_TYPE_TRANSFER_STATUS, 0, flags);
  props[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_REQUEST] = g_param_spec_boolean ("request", NULL, NULL, FALSE, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_ERROR_CODE] = g_param_spec_string ("error-code", NULL, NULL, NULL, flags);
  props[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, NULL, flags);
  props[PROP_FOLDER] = g_param_spec_boolean ("folder", NULL, NULL, FALSE, flags);
  props[PROP_FILES] = g_param_spec_uint ("files", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_LEFT_LINKS] = g_param_spec_uint ("left-links", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_LEFT_OTHERS] = g_param_spec_uint ("left-others", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  props[PROP_MEMBERS] = g_param_spec_uint ("members", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_FETCHED] = g_param_spec_uint ("fetched", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_LEFT] = g_param_spec_enum ("left", NULL, NULL, LAN_TYPE_TRANSFER_LEFT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_transfer_init (LanTransfer *self)
{
}

LanTransfer *
lan_transfer_new (LanPerson *person, const LanMessageId *id)
{
  LanTransfer *self = g_object_new (LAN_TYPE_TRANSFER, NULL);

  self->person = g_object_ref (person);
  self->info.row.id = *id;
  self->id = lan_message_id_to_hex (id);
  return self;
}

gboolean
lan_transfer_apply (LanTransfer *self, LanTransferInfo *info)
{
  const LanTransferRow *a = &self->info.row, *b = &info->row;
  guint32 bits = 0;

#define DIFFERS(prop, test) bits |= (test) ? 1u << (prop) : 0
  DIFFERS (PROP_INCOMING, a->incoming != b->incoming);
  DIFFERS (PROP_NAME, g_strcmp0 (a->name, b->name) != 0);
  DIFFERS (PROP_SIZE, a->size != b->size);
  DIFFERS (PROP_DONE, a->done != b->done);
  DIFFERS (PROP_RATE, self->info.rate != info->rate);
  DIFFERS (PROP_ETA, a->done != b->done || self->info.rate != info->rate);
  DIFFERS (PROP_STATUS, a->state != b->state);
  DIFFERS (PROP_CREATED, a->created_ms != b->created_ms);
  DIFFERS (PROP_REQUEST, self->info.request != info->request);
  DIFFERS (PROP_PATH, g_strcmp0 (a->path, b->path) != 0 || a->state != b->state);
  DIFFERS (PROP_ERROR_CODE, g_strcmp0 (a->error, b->error) != 0);
  DIFFERS (PROP_ERROR_TEXT, g_strcmp0 (self->info.error_text, info->error_text) != 0);
  DIFFERS (PROP_FOLDER, self->info.is_folder != info->is_folder);
  DIFFERS (PROP_FILES, self->info.files != info->files);
  DIFFERS (PROP_LEFT_LINKS, self->info.left_links != info->left_links);
  DIFFERS (PROP_LEFT_OTHERS, self->info.left_others != info->left_others);
  DIFFERS (PROP_PAUSED, self->info.is_paused != info->is_paused);
  DIFFERS (PROP_MEMBERS, self->info.members != info->members);
  DIFFERS (PROP_FETCHED, self->info.fetched != info->fetched);
  DIFFERS (PROP_LEFT, self->info.left != info->left);
#undef DIFFERS
  if (bits == 0)
    return FALSE;
  lan_transfer_info_clear (&self->info);
  self->info = *info;
  memset (info, 0, sizeof *info);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if ((bits & 1u << i) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

const LanTransferInfo *
lan_transfer_peek_info (LanTransfer *self)
{
  return &self->info;
}

static void
push (LanTransfer *self, LanCommandType type, const char *text)
{
  LanNode *node = lan_person_peek_node (self->person);
  LanCommand *command;

  if (node == NULL)
    return;
  command = lan_command_new (type);
  command->message = self->info.row.id;
  command->text = g_strdup (text);
  lan_node_push (node, command);
}

void
lan_transfer_accept (LanTransfer *self, const char *dir)
{
  g_return_if_fail (LAN_IS_TRANSFER (self) && dir != NULL);
  push (self, LAN_COMMAND_ACCEPT_FILE, dir);
}

void
lan_transfer_accept_with (LanTransfer *self, const char *dir, const char *const *entries,
                          LanTransferConflict conflict)
{
  LanNode *node;
  LanCommand *command;

  g_return_if_fail (LAN_IS_TRANSFER (self) && dir != NULL);
  node = lan_person_peek_node (self->person);
  if (node == NULL)
    return;
  command = lan_command_new (LAN_COMMAND_ACCEPT_FILE);
  command->message = self->info.row.id;
  command->text = g_strdup (dir);
  command->number = (gint64) conflict;
  command->list = g_strdupv ((GStrv) entries);
  lan_node_push (node, command);
}

static void
push_pause (LanTransfer *self, gboolean on)
{
  LanNode *node = lan_person_peek_node (self->person);
  LanCommand *command;

  if (node == NULL)
    return;
  command = lan_command_new (LAN_COMMAND_PAUSE_FILE);
  command->message = self->info.row.id;
  command->number = on;
  lan_node_push (node, command);
}

void
lan_transfer_pause (LanTransfer *self)
{
  g_return_if_fail (LAN_IS_TRANSFER (self));
  push_pause (self, TRUE);
}

void
lan_transfer_resume (LanTransfer *self)
{
  g_return_if_fail (LAN_IS_TRANSFER (self));
  push_pause (self, FALSE);
}

gboolean
lan_transfer_get_folder (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), FALSE);
  return self->info.is_folder;
}

const char *
lan_transfer_get_group (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  if (self->info.in_group && self->group == NULL)
    self->group = lan_conversation_id_to_hex (&self->info.row.conversation);
  return self->group;
}

guint
lan_transfer_get_members (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.members;
}

guint
lan_transfer_get_fetched (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.fetched;
}

const char *
lan_transfer_left_name (LanTransferLeft left)
{
  static const char *const names[] = { "none",    "sending", "there", "too-big",
                                       "no-room", "expired", "gone",  "broken" };

  return (guint) left < G_N_ELEMENTS (names) ? names[left] : "none";
}

LanTransferLeft
lan_transfer_get_left (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), LAN_TRANSFER_LEFT_NONE);
  return self->info.left;
}

guint
lan_transfer_get_files (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.files;
}

guint
lan_transfer_get_left_links (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.left_links;
}

guint
lan_transfer_get_left_others (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.left_others;
}

gboolean
lan_transfer_get_paused (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), FALSE);
  return self->info.is_paused;
}

void
lan_transfer_read_entries_async (LanTransfer *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_TRANSFER (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_transfer_read_entries_async);
  command = lan_command_new (LAN_COMMAND_FILE_ENTRIES);
  command->message = self->info.row.id;
  command->task = task;
  lan_node_ask (lan_person_peek_node (self->person), command);
}

GPtrArray *
lan_transfer_read_entries_finish (LanTransfer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

LanTransferEntry *
lan_transfer_entry_copy (const LanTransferEntry *entry)
{
  LanTransferEntry *copy = g_memdup2 (entry, sizeof *entry);

  copy->path = g_strdup (entry->path);
  return copy;
}

void
lan_transfer_entry_free (LanTransferEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->path);
  g_free (entry);
}

void
lan_transfer_decline (LanTransfer *self)
{
  g_return_if_fail (LAN_IS_TRANSFER (self));
  push (self, LAN_COMMAND_DECLINE_FILE, NULL);
}

void
lan_transfer_cancel (LanTransfer *self)
{
  g_return_if_fail (LAN_IS_TRANSFER (self));
  push (self, LAN_COMMAND_CANCEL_FILE, NULL);
}

const char *
lan_transfer_status_name (LanTransferStatus status)
{
  static const char *const names[] = { "offered", "accepted", "running",  "paused",   "verifying",
                                       "done",    "failed",   "declined", "cancelled" };

  return (guint) status < G_N_ELEMENTS (names) ? names[status] : "failed";
}

const char *
lan_transfer_get_id (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  return self->id;
}

LanPerson *
lan_transfer_get_person (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  return self->person;
}

gboolean
lan_transfer_get_incoming (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), FALSE);
  return self->info.row.incoming;
}

const char *
lan_transfer_get_name (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  return self->info.row.name != NULL ? self->info.row.name : "";
}

guint64
lan_transfer_get_size (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.row.size;
}

guint64
lan_transfer_get_done (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.row.done;
}

guint64
lan_transfer_get_rate (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.rate;
}

gint64
lan_transfer_get_eta (LanTransfer *self)
{
  const LanTransferRow *row;

  g_return_val_if_fail (LAN_IS_TRANSFER (self), -1);
  row = &self->info.row;
  if (self->info.rate == 0 || row->done > row->size)
    return -1;
  return (gint64) ((row->size - row->done) / self->info.rate);
}

LanTransferStatus
lan_transfer_get_status (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), LAN_TRANSFER_STATUS_FAILED);
  switch (self->info.row.state) {
  case LAN_TRANSFER_OFFERED:
    return LAN_TRANSFER_STATUS_OFFERED;
  case LAN_TRANSFER_ACCEPTED:
    return LAN_TRANSFER_STATUS_ACCEPTED;
  case LAN_TRANSFER_RUNNING:
    return LAN_TRANSFER_STATUS_RUNNING;
  case LAN_TRANSFER_PAUSED:
    return LAN_TRANSFER_STATUS_PAUSED;
  case LAN_TRANSFER_VERIFYING:
    return LAN_TRANSFER_STATUS_VERIFYING;
  case LAN_TRANSFER_DONE:
    return LAN_TRANSFER_STATUS_DONE;
  case LAN_TRANSFER_DECLINED:
    return LAN_TRANSFER_STATUS_DECLINED;
  case LAN_TRANSFER_CANCELLED:
    return LAN_TRANSFER_STATUS_CANCELLED;
  case LAN_TRANSFER_FAILED:
  case LAN_TRANSFER_N:
    break;
  }
  return LAN_TRANSFER_STATUS_FAILED;
}

gint64
lan_transfer_get_created (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), 0);
  return self->info.row.created_ms;
}

gboolean
lan_transfer_get_request (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), FALSE);
  return self->info.request;
}

const char *
lan_transfer_get_path (LanTransfer *self)
{
  const LanTransferRow *row;

  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  row = &self->info.row;
  return row->incoming && row->state != LAN_TRANSFER_DONE ? NULL : row->path;
}

const char *
lan_transfer_get_error_code (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  return self->info.row.error;
}

const char *
lan_transfer_get_error_text (LanTransfer *self)
{
  g_return_val_if_fail (LAN_IS_TRANSFER (self), NULL);
  return self->info.error_text;
}
