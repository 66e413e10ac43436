/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-file.h"

#include "lan-json-feed.h"
#include "lan-text.h"

#include <string.h>

#define KEY_BYTES    16
#define NAME_BYTES   256                           /* of a group: longer than of a person */
#define TIME_MAX     (G_GINT64_CONSTANT (1) << 47) /* the order of rows has 48 bits for it */
#define DURATION_MAX (G_GINT64_CONSTANT (1) << 40)

typedef enum {
  PLACE_OTHER, /* whatever a later version put there */
  PLACE_TOP,
  PLACE_PEER,
  PLACE_MESSAGES,
  PLACE_MESSAGE,
} Place;

/* How the file begins, and where its JSON does. */
typedef enum {
  FORM_UNKNOWN,
  FORM_PAGE,    /* up to the mark */
  FORM_ELEMENT, /* up to the end of the mark's tag */
  FORM_JSON,
} Form;

struct _LanChatFile {
  LanJsonFeed *json;
  LanStatus status;
  Form form;
  guint matched; /* bytes of the mark */
  gboolean is_ours;
  Place places[LAN_JSON_DEPTH_MAX];
  guint depth;
  char key[KEY_BYTES];
  char *peer_name;
  guint n;           /* of messages that began */
  gboolean is_shown; /* the present one is of a kind that can be shown */
  gboolean has_id, has_author, has_time;
  LanChatItem *item;
  GQueue items;
};

void
lan_chat_item_free (LanChatItem *item)
{
  if (item == NULL)
    return;
  g_free (item->name);
  g_free (item->text);
  g_free (item);
}

static LanStatus take (LanJsonEvent event, const char *text, gsize len, gpointer user_data);

LanChatFile *
lan_chat_file_new (void)
{
  LanChatFile *file = g_new0 (LanChatFile, 1);

  file->json = lan_json_feed_new (take, file);
  g_queue_init (&file->items);
  return file;
}

void
lan_chat_file_free (LanChatFile *file)
{
  if (file == NULL)
    return;
  lan_json_feed_free (file->json);
  lan_chat_item_free (file->item);
  g_queue_clear_full (&file->items, (GDestroyNotify) lan_chat_item_free);
  g_free (file->peer_name);
  g_free (file);
}

const char *
lan_chat_file_peer_name (const LanChatFile *file)
{
  return file->peer_name != NULL ? file->peer_name : "";
}

LanChatItem *
lan_chat_file_next (LanChatFile *file)
{
  return g_queue_pop_head (&file->items);
}

/* --- what stands in the JSON --- */

static Place
place_of (const LanChatFile *file, gboolean is_object)
{
  Place around = file->depth > 0 ? file->places[file->depth - 1] : PLACE_OTHER;

  if (file->depth == 0)
    return is_object ? PLACE_TOP : PLACE_OTHER;
  if (around == PLACE_TOP && is_object && strcmp (file->key, "peer") == 0)
    return PLACE_PEER;
  if (around == PLACE_TOP && !is_object && strcmp (file->key, "messages") == 0)
    return PLACE_MESSAGES;
  return around == PLACE_MESSAGES && is_object ? PLACE_MESSAGE : PLACE_OTHER;
}

static LanStatus
begin (LanChatFile *file, gboolean is_object)
{
  Place place = place_of (file, is_object);

  if (place == PLACE_MESSAGE) {
    if (++file->n > LAN_CHAT_FILE_MAX_MESSAGES)
      return LAN_STATUS_LIMIT;
    file->item = g_new0 (LanChatItem, 1);
    file->is_shown = TRUE;
    file->has_id = file->has_author = file->has_time = FALSE;
  }
  if (place == PLACE_MESSAGES && !file->is_ours)
    return LAN_STATUS_MALFORMED;
  file->places[file->depth++] = place;
  file->key[0] = '\0';
  return LAN_STATUS_OK;
}

static LanStatus
end_message (LanChatFile *file)
{
  g_autoptr (LanChatItem) item = g_steal_pointer (&file->item);

  if (!file->has_id || !file->has_author || !file->has_time)
    return LAN_STATUS_MALFORMED;
  if (item->text == NULL)
    item->text = g_strdup ("");
  if (item->name == NULL)
    item->name = g_strdup ("");
  /* Recalled, or of a kind that has no words. */
  if (!file->is_shown || (item->kind <= LAN_CHAT_ITEM_FILE && item->text[0] == '\0'))
    return LAN_STATUS_OK;
  g_queue_push_tail (&file->items, g_steal_pointer (&item));
  return LAN_STATUS_OK;
}

static void
take_kind (LanChatFile *file, const char *text)
{
  static const char *const names[] = { "text", "file", "call", "note", "sticker" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (text, names[i]) == 0) {
      file->item->kind = (LanChatItemKind) i;
      return;
    }
  }
  file->is_shown = FALSE;
}

static LanStatus
take_of_message (LanChatFile *file, const char *text, gsize len)
{
  LanChatItem *item = file->item;

  if (strcmp (file->key, "id") == 0)
    file->has_id = lan_message_id_from_hex (&item->id, text) && !lan_message_id_is_zero (&item->id);
  else if (strcmp (file->key, "from") == 0)
    file->has_author = lan_account_id_from_hex (&item->author, text);
  else if (strcmp (file->key, "kind") == 0)
    take_kind (file, text);
  else if (strcmp (file->key, "name") == 0) {
    g_free (item->name);
    item->name = lan_text_clean_line (text, (gssize) len, LAN_NAME_MAX_BYTES);
  } else if (strcmp (file->key, "text") == 0) {
    if (len > LAN_TEXT_MAX_BYTES)
      return LAN_STATUS_OVERSIZED;
    g_free (item->text);
    item->text = lan_text_clean_block (text, (gssize) len, LAN_TEXT_MAX_BYTES);
  }
  return LAN_STATUS_OK;
}

static LanStatus
take_string (LanChatFile *file, const char *text, gsize len)
{
  Place place = file->depth > 0 ? file->places[file->depth - 1] : PLACE_OTHER;

  if (place == PLACE_MESSAGE)
    return take_of_message (file, text, len);
  if (place == PLACE_TOP && strcmp (file->key, "format") == 0)
    file->is_ours = strcmp (text, LAN_CHAT_FILE_FORMAT) == 0;
  if (place == PLACE_PEER && strcmp (file->key, "name") == 0) {
    g_free (file->peer_name);
    file->peer_name = lan_text_clean_line (text, (gssize) len, NAME_BYTES);
  }
  return LAN_STATUS_OK;
}

static LanStatus
take_number (LanChatFile *file, const char *text)
{
  Place place = file->depth > 0 ? file->places[file->depth - 1] : PLACE_OTHER;
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, 0, TIME_MAX - 1, &number, NULL))
    return LAN_STATUS_OK;
  if (place == PLACE_TOP && strcmp (file->key, "version") == 0)
    return number > LAN_CHAT_FILE_VERSION ? LAN_STATUS_VERSION : LAN_STATUS_OK;
  if (place != PLACE_MESSAGE)
    return LAN_STATUS_OK;
  if (strcmp (file->key, "time") == 0) {
    file->item->time_ms = number;
    file->has_time = TRUE;
  } else if (strcmp (file->key, "duration") == 0) {
    file->item->duration_ms = MIN (number, DURATION_MAX);
  }
  return LAN_STATUS_OK;
}

static LanStatus
take (LanJsonEvent event, const char *text, gsize len, gpointer user_data)
{
  LanChatFile *file = user_data;

  switch (event) {
  case LAN_JSON_OBJECT:
  case LAN_JSON_ARRAY:
    return begin (file, event == LAN_JSON_OBJECT);
  case LAN_JSON_CLOSE:
    return file->places[--file->depth] == PLACE_MESSAGE ? end_message (file) : LAN_STATUS_OK;
  case LAN_JSON_KEY:
    g_strlcpy (file->key, text, sizeof file->key);
    return LAN_STATUS_OK;
  case LAN_JSON_STRING:
    return take_string (file, text, len);
  case LAN_JSON_SCALAR:
  default:
    return take_number (file, text);
  }
}

/* --- where the JSON stands in the file --- */

/* A byte before the JSON. The mark's first byte stands nowhere else in it. */
static void
seek (LanChatFile *file, guint8 c)
{
  static const char mark[] = LAN_CHAT_FILE_MARK;

  switch (file->form) {
  case FORM_UNKNOWN: /* spaces and a byte order mark may come first */
    if (c == '<')
      file->form = FORM_PAGE;
    else if (c == '{')
      file->form = FORM_JSON;
    else if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0xef && c != 0xbb && c != 0xbf)
      file->status = LAN_STATUS_MALFORMED;
    break;
  case FORM_PAGE:
    if ((char) c == mark[file->matched])
      file->matched++;
    else
      file->matched = (char) c == mark[0] ? 1 : 0;
    if (mark[file->matched] == '\0')
      file->form = FORM_ELEMENT;
    break;
  case FORM_ELEMENT:
  case FORM_JSON:
  default:
    if (c == '>')
      file->form = FORM_JSON;
    break;
  }
}

LanStatus
lan_chat_file_feed (LanChatFile *file, const guint8 *data, gsize len)
{
  gsize at = 0;

  while (at < len && file->form != FORM_JSON && file->status == LAN_STATUS_OK) {
    seek (file, data[at]);
    /* What shows that it is JSON belongs to it; what ends a tag does not. */
    if (file->form != FORM_JSON || data[at] == '>')
      at++;
  }
  if (file->status == LAN_STATUS_OK && at < len)
    file->status = lan_json_feed_bytes (file->json, data + at, len - at);
  return file->status;
}

LanStatus
lan_chat_file_end (LanChatFile *file)
{
  if (file->status == LAN_STATUS_OK && file->form != FORM_JSON && file->form != FORM_ELEMENT)
    file->status = LAN_STATUS_MALFORMED;
  else if (file->status == LAN_STATUS_OK && !lan_json_feed_is_done (file->json))
    file->status = LAN_STATUS_TRUNCATED;
  else if (file->status == LAN_STATUS_OK && !file->is_ours)
    file->status = LAN_STATUS_MALFORMED;
  return file->status;
}
