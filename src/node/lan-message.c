/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* LanMessage: one row of a conversation. */
#include "lan-message-private.h"

#include "lan-enum-types.h"
#include "lan-person-private.h"

struct _LanMessage {
  GObject parent_instance;

  char *id;
  LanPerson *author;
  LanPerson *peer;
  LanTransfer *transfer;   /* NULL for other kinds */
  LanPerson *quote_author; /* NULL: nobody, or not known */
  GPtrArray *event_people; /* of LanPerson */
  char *quote_id;          /* NULL: answers nothing */
  LanMessageInfo info;
};

G_DEFINE_FINAL_TYPE (LanMessage, lan_message, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_AUTHOR,
  PROP_PEER,
  PROP_OWN,
  PROP_TEXT,
  PROP_TIME,
  PROP_STATUS,
  PROP_KIND,
  PROP_DELIVERED_TIME,
  PROP_READ_TIME,
  PROP_SENT_AGAIN,
  PROP_REQUEST,
  PROP_TRANSFER,
  PROP_EDITED_TIME,
  PROP_RECALLED,
  PROP_PINNED,
  PROP_URGENT,
  PROP_MENTIONS_ME,
  PROP_REACTIONS,
  PROP_QUOTE_ID,
  PROP_QUOTE_TEXT,
  PROP_FORWARDED_FROM,
  PROP_IMPORTED_FROM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* What its author put beside it, and what was said about it. */
static void
get_shown (LanMessage *self, guint id, GValue *value)
{
  switch (id) {
  case PROP_EDITED_TIME:
    g_value_set_int64 (value, self->info.edited_ms);
    break;
  case PROP_RECALLED:
    g_value_set_boolean (value, self->info.recalled);
    break;
  case PROP_PINNED:
    g_value_set_boolean (value, self->info.pinned);
    break;
  case PROP_URGENT:
    g_value_set_boolean (value, self->info.urgent);
    break;
  case PROP_MENTIONS_ME:
    g_value_set_boolean (value, self->info.mentions_me);
    break;
  case PROP_REACTIONS:
    g_value_set_boxed (value, self->info.reactions);
    break;
  case PROP_QUOTE_ID:
    g_value_set_string (value, self->quote_id);
    break;
  case PROP_QUOTE_TEXT:
    g_value_set_string (value, lan_message_get_quote_text (self));
    break;
  case PROP_IMPORTED_FROM:
    g_value_set_string (value, self->info.imported_from);
    break;
  default:
    g_value_set_string (value, self->info.forwarded_from);
    break;
  }
}

static void
lan_message_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanMessage *self = LAN_MESSAGE (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_AUTHOR:
    g_value_set_object (value, self->author);
    break;
  case PROP_PEER:
    g_value_set_object (value, self->peer);
    break;
  case PROP_OWN:
    g_value_set_boolean (value, self->info.own);
    break;
  case PROP_TEXT:
    g_value_set_string (value, lan_message_get_text (self));
    break;
  case PROP_TIME:
    g_value_set_int64 (value, self->info.time_ms);
    break;
  case PROP_STATUS:
    g_value_set_enum (value, (int) self->info.status);
    break;
  case PROP_KIND:
    g_value_set_enum (value, (int) self->info.kind);
    break;
  case PROP_DELIVERED_TIME:
    g_value_set_int64 (value, self->info.delivered_ms);
    break;
  case PROP_READ_TIME:
    g_value_set_int64 (value, self->info.read_ms);
    break;
  case PROP_SENT_AGAIN:
    g_value_set_boolean (value, self->info.sent_again);
    break;
  case PROP_REQUEST:
    g_value_set_boolean (value, self->info.request);
    break;
  case PROP_TRANSFER:
    g_value_set_object (value, self->transfer);
    break;
  case PROP_EDITED_TIME:
  case PROP_RECALLED:
  case PROP_PINNED:
  case PROP_URGENT:
  case PROP_MENTIONS_ME:
  case PROP_REACTIONS:
  case PROP_QUOTE_ID:
  case PROP_QUOTE_TEXT:
  case PROP_FORWARDED_FROM:
  case PROP_IMPORTED_FROM:
    get_shown (self, id, value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_message_finalize (GObject *object)
{
  LanMessage *self = LAN_MESSAGE (object);

  g_clear_object (&self->author);
  g_clear_object (&self->peer);
  g_clear_object (&self->transfer);
  g_clear_object (&self->quote_author);
  g_clear_pointer (&self->event_people, g_ptr_array_unref);
  g_free (self->quote_id);
  lan_message_info_clear (&self->info);
  g_free (self->id);
  G_OBJECT_CLASS (lan_message_parent_class)->finalize (object);
}

static void
lan_message_class_init (LanMessageClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_message_get_property;
  object_class->finalize = lan_message_finalize;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_AUTHOR] = g_param_spec_object ("author", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_PEER] = g_param_spec_object ("peer", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_OWN] = g_param_spec_boolean ("own", NULL, NULL, FALSE, flags);
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  props[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, LAN_TYPE_MESSAGE_STATUS, 0, flags);
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, LAN_TYPE_MESSAGE_KIND, 0, flags);
  props[PROP_DELIVERED_TIME] =
      g_param_spec_int64 ("delivered-time", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_READ_TIME] = g_param_spec_int64 ("read-time", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_SENT_AGAIN] = g_param_spec_boolean ("sent-again", NULL, NULL, FALSE, flags);
  props[PROP_REQUEST] = g_param_spec_boolean ("request", NULL, NULL, FALSE, flags);
  props[PROP_TRANSFER] = g_param_spec_object ("transfer", NULL, NULL, LAN_TYPE_TRANSFER, flags);
  props[PROP_EDITED_TIME] =
      g_param_spec_int64 ("edited-time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  props[PROP_RECALLED] = g_param_spec_boolean ("recalled", NULL, NULL, FALSE, flags);
  props[PROP_PINNED] = g_param_spec_boolean ("pinned", NULL, NULL, FALSE, flags);
  props[PROP_URGENT] = g_param_spec_boolean ("urgent", NULL, NULL, FALSE, flags);
  props[PROP_MENTIONS_ME] = g_param_spec_boolean ("mentions-me", NULL, NULL, FALSE, flags);
  props[PROP_REACTIONS] = g_param_spec_boxed ("reactions", NULL, NULL, G_TYPE_PTR_ARRAY, flags);
  props[PROP_QUOTE_ID] = g_param_spec_string ("quote-id", NULL, NULL, NULL, flags);
  props[PROP_QUOTE_TEXT] = g_param_spec_string ("quote-text", NULL, NULL, NULL, flags);
  props[PROP_FORWARDED_FROM] = g_param_spec_string ("forwarded-from", NULL, NULL, NULL, flags);
  props[PROP_IMPORTED_FROM] = g_param_spec_string ("imported-from", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_message_init (LanMessage *self)
{
  self->event_people = g_ptr_array_new_with_free_func (g_object_unref);
}

LanMessage *
lan_message_new (LanPerson *author, LanPerson *peer, LanMessageInfo *info)
{
  LanMessage *self = g_object_new (LAN_TYPE_MESSAGE, NULL);

  self->author = g_object_ref (author);
  self->peer = g_object_ref (peer);
  self->info = *info;
  memset (info, 0, sizeof *info);
  self->id = lan_message_id_to_hex (&self->info.id);
  if (self->info.has_quote)
    self->quote_id = lan_message_id_to_hex (&self->info.quote_id);
  if (self->info.reactions == NULL)
    self->info.reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_reaction_unref);
  return self;
}

const LanMessageInfo *
lan_message_peek_info (LanMessage *self)
{
  return &self->info;
}

/* How far along a status is: what comes late must not undo what is known. */
static int
rank (LanMessageStatus status)
{
  switch (status) {
  case LAN_MESSAGE_STATUS_SENDING:
    return 0;
  case LAN_MESSAGE_STATUS_FAILED:
    return 1;
  case LAN_MESSAGE_STATUS_QUEUED:
  case LAN_MESSAGE_STATUS_RECEIVED:
    return 2;
  case LAN_MESSAGE_STATUS_CARRIED:
    return 3;
  case LAN_MESSAGE_STATUS_MAILBOX:
    return 4;
  case LAN_MESSAGE_STATUS_DELIVERED:
    return 5;
  case LAN_MESSAGE_STATUS_READ:
  case LAN_MESSAGE_STATUS_SEEN:
    return 6;
  }
  return 0;
}

gboolean
lan_message_apply_state (LanMessage *self, LanMessageStatus status, gint64 delivered_ms,
                         gint64 read_ms)
{
  gboolean changed = FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  if (rank (status) > rank (self->info.status)) {
    self->info.status = status;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
    changed = TRUE;
  }
  if (delivered_ms != 0 && self->info.delivered_ms == 0) {
    self->info.delivered_ms = delivered_ms;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DELIVERED_TIME]);
    changed = TRUE;
  }
  if (read_ms != 0 && self->info.read_ms == 0) {
    self->info.read_ms = read_ms;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READ_TIME]);
    changed = TRUE;
  }
  g_object_thaw_notify (G_OBJECT (self));
  return changed;
}

static gboolean
same_reactions (GPtrArray *a, GPtrArray *b)
{
  if (a->len != (b != NULL ? b->len : 0))
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    if (!lan_reaction_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
set_flag (LanMessage *self, gboolean *flag, gboolean value, guint prop)
{
  if (*flag == value)
    return FALSE;
  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
  return TRUE;
}

gboolean
lan_message_apply_shown (LanMessage *self, LanMessageInfo *info)
{
  gboolean changed = FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (self->info.text, info->text) != 0) {
    g_free (self->info.text);
    self->info.text = g_steal_pointer (&info->text);
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
    changed = TRUE;
  }
  if (self->info.edited_ms != info->edited_ms) {
    self->info.edited_ms = info->edited_ms;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EDITED_TIME]);
    changed = TRUE;
  }
  if (!same_reactions (self->info.reactions, info->reactions)) {
    g_ptr_array_unref (self->info.reactions);
    self->info.reactions =
        info->reactions != NULL
            ? g_steal_pointer (&info->reactions)
            : g_ptr_array_new_with_free_func ((GDestroyNotify) lan_reaction_unref);
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REACTIONS]);
    changed = TRUE;
  }
  changed |= set_flag (self, &self->info.recalled, info->recalled, PROP_RECALLED);
  changed |= set_flag (self, &self->info.pinned, info->pinned, PROP_PINNED);
  g_object_thaw_notify (G_OBJECT (self));
  return changed;
}

void
lan_message_set_quote_author (LanMessage *self, LanPerson *author)
{
  g_set_object (&self->quote_author, author);
}

void
lan_message_add_event_person (LanMessage *self, LanPerson *person)
{
  g_ptr_array_add (self->event_people, g_object_ref (person));
}

void
lan_message_set_transfer (LanMessage *self, LanTransfer *transfer)
{
  if (g_set_object (&self->transfer, transfer))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TRANSFER]);
}

int
lan_message_compare (LanMessage *a, LanMessage *b)
{
  if (a->info.order != b->info.order)
    return a->info.order < b->info.order ? -1 : 1;
  return lan_message_id_compare (&a->info.id, &b->info.id);
}

const char *
lan_message_status_name (LanMessageStatus status)
{
  static const char *const names[] = { "sending",  "queued", "mailbox", "delivered", "read",
                                       "received", "seen",   "failed",  "carried" };

  return (guint) status < G_N_ELEMENTS (names) ? names[status] : "sending";
}

const char *
lan_message_get_id (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->id;
}

LanPerson *
lan_message_get_author (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->author;
}

LanPerson *
lan_message_get_peer (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->peer;
}

gboolean
lan_message_get_own (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.own;
}

const char *
lan_message_get_text (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.text != NULL ? self->info.text : "";
}

gint64
lan_message_get_time (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return self->info.time_ms;
}

gint64
lan_message_get_place_time (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return (gint64) (self->info.order >> 16);
}

LanMessageStatus
lan_message_get_status (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), LAN_MESSAGE_STATUS_SENDING);
  return self->info.status;
}

const char *
lan_message_get_carrier (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.status == LAN_MESSAGE_STATUS_CARRIED ? self->info.carrier : NULL;
}

void
lan_message_set_carrier (LanMessage *self, const char *name)
{
  if (name == NULL || self->info.status == LAN_MESSAGE_STATUS_CARRIED)
    return;
  g_free (self->info.carrier);
  self->info.carrier = g_strdup (name);
}

LanMessageKind
lan_message_get_kind (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), LAN_MESSAGE_KIND_UNKNOWN);
  return self->info.kind;
}

gint64
lan_message_get_delivered_time (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return self->info.delivered_ms;
}

gint64
lan_message_get_read_time (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return self->info.read_ms;
}

gboolean
lan_message_get_sent_again (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.sent_again;
}

gboolean
lan_message_get_request (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.request;
}

LanTransfer *
lan_message_get_transfer (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->transfer;
}

gint64
lan_message_get_edited_time (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), 0);
  return self->info.edited_ms;
}

gboolean
lan_message_get_recalled (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.recalled;
}

gboolean
lan_message_get_pinned (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.pinned;
}

gboolean
lan_message_get_urgent (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.urgent;
}

gboolean
lan_message_get_mentions_me (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), FALSE);
  return self->info.mentions_me;
}

GPtrArray *
lan_message_get_reactions (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.reactions;
}

const char *
lan_message_get_quote_id (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->quote_id;
}

LanPerson *
lan_message_get_quote_author (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->quote_author;
}

const char *
lan_message_get_quote_text (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.quote_text != NULL ? self->info.quote_text : "";
}

const char *
lan_message_get_forwarded_from (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.forwarded_from;
}

const char *
lan_message_get_imported_from (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->info.imported ? self->info.imported_from : NULL;
}

GPtrArray *
lan_message_get_event_people (LanMessage *self)
{
  g_return_val_if_fail (LAN_IS_MESSAGE (self), NULL);
  return self->event_people;
}
