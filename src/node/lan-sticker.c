/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-crypto.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-random-system.h"
#include "lan-sticker-picture.h"
#include "lan-sticker-private.h"
#include "lan-text.h"

#include <string.h>

struct _LanSticker {
  char *id;
  char *name;
  char *set;
  guint width, height;
  GBytes *picture;
  gint64 added_ms;
};

G_DEFINE_BOXED_TYPE (LanSticker, lan_sticker, lan_sticker_ref, lan_sticker_unref)

/* @picture: (transfer full). */
static LanSticker *
make (const char *name, const char *set, GBytes *picture, guint width, guint height)
{
  LanSticker *self = g_atomic_rc_box_new0 (LanSticker);
  LanMessageId id;
  LanHash hash;
  gsize len;
  gconstpointer data = g_bytes_get_data (picture, &len);

  lan_hash_256 (&hash, data, len);
  memcpy (id.b, hash.b, sizeof id.b);
  self->id = lan_message_id_to_hex (&id);
  self->name = lan_text_clean_line (name, -1, LAN_STICKER_NAME_MAX_BYTES);
  self->set = lan_text_clean_line (set, -1, LAN_STICKER_NAME_MAX_BYTES);
  self->width = width;
  self->height = height;
  self->picture = picture;
  return self;
}

LanSticker *
lan_sticker_new (const char *name, const char *set, GBytes *picture, GError **error)
{
  g_autofree char *clean = NULL;
  GBytes *bare;
  guint32 width, height;

  g_return_val_if_fail (name != NULL && picture != NULL, NULL);
  clean = lan_text_clean_line (name, -1, LAN_STICKER_NAME_MAX_BYTES);
  if (*clean == '\0') {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "a sticker has a name");
    return NULL;
  }
  bare = lan_sticker_picture_clean (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture),
                                    &width, &height);
  if (bare == NULL) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 "a sticker is a PNG or JPEG picture of at most %d pixels a side and %d KiB",
                 LAN_STICKER_MAX_SIDE, LAN_STICKER_MAX_BYTES / 1024);
    return NULL;
  }
  return make (clean, set != NULL ? set : "", bare, width, height);
}

LanSticker *
lan_sticker_new_from_body (const Lanyard__Sticker *body)
{
  return make (body->name, body->set, g_bytes_new (body->picture.data, body->picture.len),
               body->width, body->height);
}

void
lan_sticker_fill_body (LanSticker *self, Lanyard__Sticker *body)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (self->picture, &len);

  *body = (Lanyard__Sticker) LANYARD__STICKER__INIT;
  body->name = self->name;
  body->set = self->set;
  body->width = self->width;
  body->height = self->height;
  body->picture = (ProtobufCBinaryData){ len, (guint8 *) data };
}

LanSticker *
lan_sticker_ref (LanSticker *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
sticker_clear (gpointer data)
{
  LanSticker *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->set);
  g_bytes_unref (self->picture);
}

void
lan_sticker_unref (LanSticker *self)
{
  g_atomic_rc_box_release_full (self, sticker_clear);
}

const char *
lan_sticker_get_id (LanSticker *self)
{
  return self->id;
}

const char *
lan_sticker_get_name (LanSticker *self)
{
  return self->name;
}

const char *
lan_sticker_get_set (LanSticker *self)
{
  return self->set;
}

guint
lan_sticker_get_width (LanSticker *self)
{
  return self->width;
}

guint
lan_sticker_get_height (LanSticker *self)
{
  return self->height;
}

GBytes *
lan_sticker_get_picture (LanSticker *self)
{
  return self->picture;
}

void
lan_sticker_set_added (LanSticker *self, gint64 ms)
{
  self->added_ms = ms;
}

int
lan_sticker_compare (LanSticker *a, LanSticker *b)
{
  int order = strcmp (a->set, b->set);

  if (order != 0 || a->added_ms == b->added_ms)
    return order;
  return a->added_ms > b->added_ms ? -1 : 1;
}

/* --- as messages --- */

static char *
push (LanNode *self, LanPerson *person, LanSticker *sticker, LanMessage *reply_to,
      gboolean is_offered)
{
  Lanyard__Sticker body;
  LanContent content = LANYARD__CONTENT__INIT;

  lan_sticker_fill_body (sticker, &body);
  body.offered = is_offered;
  content.body_case = LANYARD__CONTENT__BODY_STICKER;
  content.sticker = &body;
  return lan_node_push_body (self, person, LAN_KIND_STICKER, &content, reply_to, sticker->name);
}

char *
lan_node_send_sticker (LanNode *self, LanPerson *person, LanSticker *sticker, LanMessage *reply_to,
                       GError **error)
{
  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && sticker != NULL, NULL);
  return lan_node_may_write (self, person, error) ? push (self, person, sticker, reply_to, FALSE)
                                                  : NULL;
}

GStrv
lan_node_offer_stickers (LanNode *self, LanPerson *person, GPtrArray *stickers, GError **error)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  g_return_val_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && stickers != NULL, NULL);
  if (!lan_node_may_write (self, person, error))
    return NULL;
  for (guint i = 0; i < stickers->len; i++) {
    g_autofree char *id = push (self, person, g_ptr_array_index (stickers, i), NULL, TRUE);

    g_strv_builder_add (ids, id);
  }
  return g_strv_builder_end (ids);
}

void
lan_node_read_sticker_async (LanNode *self, LanMessage *message, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_MESSAGE (message));
  lan_node_read_body (self, message, LAN_KIND_STICKER,
                      g_task_new (self, cancellable, callback, user_data));
}

LanSticker *
lan_node_read_sticker_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- those that are kept --- */

static LanCommand *
new_command (LanNode *self, LanStickerCall call, GTask *task)
{
  LanCommand *command = lan_command_new (LAN_COMMAND_STICKERS);

  command->kind = call;
  command->task = task;
  return command;
}

void
lan_node_list_stickers_async (LanNode *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_NODE (self));
  lan_node_ask (self, new_command (self, LAN_STICKERS_LIST,
                                   g_task_new (self, cancellable, callback, user_data)));
}

GPtrArray *
lan_node_list_stickers_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* One that came is cleaned as one that was made: it will be sent again. */
void
lan_node_keep_sticker_async (LanNode *self, LanSticker *sticker, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (LanSticker) clean = NULL;
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__Sticker body;
  GError *error = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && sticker != NULL);
  task = g_task_new (self, cancellable, callback, user_data);
  clean = lan_sticker_new (sticker->name, sticker->set, sticker->picture, &error);
  if (clean == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  lan_sticker_fill_body (clean, &body);
  content.body_case = LANYARD__CONTENT__BODY_STICKER;
  content.sticker = &body;
  command = new_command (self, LAN_STICKERS_KEEP, task);
  command->text = g_strdup (clean->id);
  command->bytes = lan_content_encode (&content);
  lan_node_ask (self, command);
}

void
lan_node_drop_sticker_async (LanNode *self, const char *id, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self) && id != NULL);
  command =
      new_command (self, LAN_STICKERS_DROP, g_task_new (self, cancellable, callback, user_data));
  command->text = g_strdup (id);
  lan_node_ask (self, command);
}

gboolean
lan_node_change_stickers_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
