/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A kept sticker is a setting "large.sticker.ID": u64 Unix ms at which it was kept | Content as of a record.
 */
#include "lan-engine-stickers.h"

#include "lan-bytes.h"
#include "lan-engine-core.h"
#include "lan-engine-store.h"
#include "lan-event.h"
#include "lan-group-address.h"
#include "lan-group.h"
#include "lan-row-content.h"
#include "lan-shown.h"
#include "lan-sticker-private.h"
#include "lan-voice-note-private.h"

#include <string.h>

#define LARGE  "large"
#define KEY    "sticker."
#define PREFIX LAN_STORE_LARGE KEY

typedef struct {
  LanEngine *engine;
  guint kind; /* of the record; what is asked of the stickers */
  GTask *task;
  /* to be passed on */
  LanAccountId to;
  LanMessageId id;
  char *text; /* of a sticker: its id */
  GBytes *bytes;
} Call;

static Call *
call_new (LanEngine *engine, LanCommand *c)
{
  Call *call = g_new0 (Call, 1);

  call->engine = engine;
  call->kind = c->kind;
  call->task = g_steal_pointer (&c->task);
  call->to = c->account;
  call->id = c->message;
  call->text = g_strdup (c->text);
  call->bytes = c->bytes != NULL ? g_bytes_ref (c->bytes) : NULL;
  return call;
}

static void
call_free (Call *call)
{
  g_free (call->text);
  g_clear_pointer (&call->bytes, g_bytes_unref);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
fail (Call *call, LanNodeError code, const char *text)
{
  lan_engine_reply (call->engine, g_steal_pointer (&call->task),
                    g_error_new_literal (LAN_NODE_ERROR, code, text));
}

/* --- bodies --- */

/* Returns: (transfer full) (nullable): of the message that was asked for, unless it was recalled. */
static LanContent *
content_of (Call *call, GPtrArray *rows)
{
  const LanRecordRow *row = rows != NULL && rows->len == 1 ? rows->pdata[0] : NULL;
  g_auto (LanShown) shown = { 0 };

  if (call->engine->stage != LAN_ENGINE_OPEN || row == NULL || row->kind != call->kind)
    return NULL;
  lan_shown_fold (&shown, row->kind, NULL, row->operations);
  return shown.recalled ? NULL : lan_record_row_content (row);
}

static void
on_body_read (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (LanContent) content = content_of (call, rows);
  LanEvent *event;

  if (content == NULL) {
    fail (call, error != NULL ? LAN_NODE_ERROR_FAILED : LAN_NODE_ERROR_NOT_FOUND,
          error != NULL                 ? error->message
          : call->kind == LAN_KIND_NOTE ? "there is no sound in this message"
                                        : "there is no sticker in this message");
    return;
  }
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = g_steal_pointer (&call->task);
  if (call->kind == LAN_KIND_NOTE) {
    const Lanyard__VoiceNote *said = content->voice_note;
    g_autoptr (GBytes) peaks = g_bytes_new (said->peaks.data, said->peaks.len);
    g_autoptr (GBytes) opus = g_bytes_new (said->opus.data, said->opus.len);

    event->note = lan_voice_note_new (said->duration_ms, peaks, opus);
  } else {
    event->sticker = lan_sticker_new_from_body (content->sticker);
  }
  lan_engine_tell (call->engine, event);
}

/* The body as it is, beside it who said it first. What stood beside it before is not passed on. */
static LanStatus
pass_on (Call *call, const LanContent *content)
{
  LanEngine *engine = call->engine;
  g_autoptr (LanContent) beside = NULL;
  LanContent copy = LANYARD__CONTENT__INIT;
  Lanyard__Sticker sticker;
  LanConversationId group;

  if (lan_content_decode (LAN_KIND_NONE, g_bytes_get_data (call->bytes, NULL),
                          g_bytes_get_size (call->bytes), &beside) != LAN_STATUS_OK)
    return LAN_STATUS_MALFORMED;
  copy.forwarded = beside->forwarded;
  copy.body_case = content->body_case;
  if (call->kind == LAN_KIND_NOTE) {
    copy.voice_note = content->voice_note;
  } else {
    sticker = *content->sticker;
    sticker.offered = FALSE;
    copy.sticker = &sticker;
  }
  if (lan_group_of_address (&call->to, &group))
    return lan_core_group_send (engine->core, &group, &call->id, (guint16) call->kind, &copy,
                                &engine->now);
  return lan_core_send_body (engine->core, &call->to, &call->id, (guint16) call->kind, &copy,
                             &engine->now);
}

static void
on_body_to_pass_on (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (LanContent) content = content_of (call, rows);
  LanEngine *engine = call->engine;

  if (engine->stage != LAN_ENGINE_OPEN)
    return;
  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  g_hash_table_insert (engine->unsaved, g_memdup2 (&call->id, sizeof call->id),
                       g_strdup (call->text));
  if (content == NULL || pass_on (call, content) != LAN_STATUS_OK)
    lan_engine_give_back (engine, &call->to, &call->id);
}

/* --- those that are kept --- */

/* Returns: (transfer full) (nullable): NULL for a row that is none. */
static LanSticker *
sticker_of (const LanSettingRow *row)
{
  g_autoptr (LanContent) content = NULL;
  LanSticker *sticker;
  LanReader r;
  guint64 added;
  gsize len;

  lan_reader_init (&r, g_bytes_get_data (row->value, NULL), g_bytes_get_size (row->value));
  added = lan_read_u64 (&r);
  len = lan_reader_left (&r);
  if (r.failed || lan_content_decode (LAN_KIND_STICKER, lan_read_span (&r, len), len, &content) !=
                      LAN_STATUS_OK)
    return NULL;
  sticker = lan_sticker_new_from_body (content->sticker);
  lan_sticker_set_added (sticker, (gint64) (added & G_MAXINT64));
  return sticker;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return lan_sticker_compare (*(LanSticker *const *) a, *(LanSticker *const *) b);
}

static void
list (Call *call, GPtrArray *rows)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = g_steal_pointer (&call->task);
  event->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_sticker_unref);
  for (guint i = 0; i < rows->len; i++) {
    LanSticker *sticker = sticker_of (g_ptr_array_index (rows, i));

    if (sticker != NULL)
      g_ptr_array_add (event->entries, sticker);
  }
  g_ptr_array_sort (event->entries, compare);
  lan_engine_tell (call->engine, event);
}

/* @value: NULL drops it. */
static void
put (Call *call, GBytes *value)
{
  LanEngine *engine = call->engine;
  g_autofree char *key = g_strconcat (KEY, call->text, NULL);
  LanEvent *event;

  lan_engine_store_put (engine->stores, LARGE, key,
                        value != NULL ? g_bytes_get_data (value, NULL) : NULL,
                        value != NULL ? g_bytes_get_size (value) : 0);
  lan_engine_tell (engine, lan_event_new (LAN_EVENT_STICKERS));
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = g_steal_pointer (&call->task);
  lan_engine_tell (engine, event);
}

static void
keep (Call *call)
{
  gsize len = g_bytes_get_size (call->bytes);
  guint8 *data = g_malloc (8 + len);
  g_autoptr (GBytes) value = NULL;
  LanWriter w;

  lan_writer_init (&w, data, 8 + len);
  lan_write_u64 (&w, (guint64) MAX (call->engine->now.wall_ms, 0));
  lan_write_bytes (&w, g_bytes_get_data (call->bytes, NULL), len);
  value = g_bytes_new_take (data, 8 + len);
  put (call, value);
}

static gboolean
is_among (const GPtrArray *rows, const char *id)
{
  for (guint i = 0; i < rows->len; i++) {
    if (strcmp (((const LanSettingRow *) rows->pdata[i])->key + strlen (PREFIX), id) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
on_kept_read (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  if (call->engine->stage != LAN_ENGINE_OPEN || rows == NULL) {
    fail (call, LAN_NODE_ERROR_FAILED, error != NULL ? error->message : "the profile was closed");
    return;
  }
  lan_engine_read_clock (call->engine);
  lan_engine_touch (call->engine);
  if (call->kind == LAN_STICKERS_LIST)
    list (call, rows);
  else if (call->kind == LAN_STICKERS_KEEP && rows->len >= LAN_STICKER_MAX_COUNT &&
           !is_among (rows, call->text))
    fail (call, LAN_NODE_ERROR_INVALID, "as many stickers as can be kept are kept already");
  else if (call->kind == LAN_STICKERS_KEEP)
    keep (call);
  else if (is_among (rows, call->text))
    put (call, NULL);
  else
    fail (call, LAN_NODE_ERROR_NOT_FOUND, "there is no such sticker");
}

void
lan_engine_stickers_execute (LanEngine *engine, LanCommand *c)
{
  const LanAccountId *author = lan_account_id_is_zero (&c->other) ? NULL : &c->other;

  if (c->type == LAN_COMMAND_READ_BODY)
    lan_store_find_message (engine->store, author, &c->message, on_body_read, call_new (engine, c));
  else if (c->type == LAN_COMMAND_FORWARD_BODY)
    lan_store_find_message (engine->store, author, &c->target, on_body_to_pass_on,
                            call_new (engine, c));
  else
    lan_store_read_settings (engine->store, PREFIX, LAN_STICKER_MAX_COUNT + 1, on_kept_read,
                             call_new (engine, c));
}
