/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Stickers of two machines: kept, sent, read, kept by the other, passed on, taken back. */
#include "lan-node-message.h"
#include "lan-sticker.h"
#include "node-driver.h"
#include "test-node.h"

#include <string.h>

typedef struct {
  Machine *ann;
  Machine *bob;
} Pair;

static void
set_up (Pair *p, gconstpointer data)
{
  p->ann = machine_new ("Ann");
  p->bob = machine_new ("Bob");
  machine_create (p->ann, NULL);
  machine_create (p->bob, NULL);
}

static void
tear_down (Pair *p, gconstpointer data)
{
  machine_free (p->ann);
  machine_free (p->bob);
}

/* A PNG of 100 x 40, as far as anybody here looks. */
static LanSticker *
make (const char *name, const char *set, char pixel)
{
  static const char begin[] =
      "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x28\x08\x06\x00"
      "\x00\x00"
      "CRC!\x00\x00\x00\x05tEXtHomeXCRC!\x00\x00\x00\x01IDAT";
  static const char end[] = "CRC!\x00\x00\x00\x00IENDCRC!";
  g_autoptr (GByteArray) png = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  LanSticker *sticker;

  g_byte_array_append (png, (const guint8 *) begin, sizeof begin - 1);
  g_byte_array_append (png, (const guint8 *) &pixel, 1);
  g_byte_array_append (png, (const guint8 *) end, sizeof end - 1);
  bytes = g_bytes_new (png->data, png->len);
  sticker = lan_sticker_new (name, set, bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lan_sticker_get_width (sticker), ==, 100);
  g_assert_cmpuint (lan_sticker_get_height (sticker), ==, 40);
  g_assert_cmpuint (g_bytes_get_size (lan_sticker_get_picture (sticker)), <, png->len);
  return sticker;
}

/* --- calls that are waited for --- */

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **to = user_data;

  *to = g_object_ref (result);
}

static GError *
keep (Machine *m, LanSticker *sticker)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  lan_node_keep_sticker_async (m->node, sticker, NULL, on_result, &result);
  wait_until (result != NULL);
  (void) lan_node_change_stickers_finish (m->node, result, &error);
  return error;
}

static GError *
drop (Machine *m, const char *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  lan_node_drop_sticker_async (m->node, id, NULL, on_result, &result);
  wait_until (result != NULL);
  (void) lan_node_change_stickers_finish (m->node, result, &error);
  return error;
}

static GPtrArray *
list (Machine *m)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *stickers;

  lan_node_list_stickers_async (m->node, NULL, on_result, &result);
  wait_until (result != NULL);
  stickers = lan_node_list_stickers_finish (m->node, result, &error);
  g_assert_no_error (error);
  return stickers;
}

static LanSticker *
read_one (Machine *m, LanMessage *message, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  lan_node_read_sticker_async (m->node, message, NULL, on_result, &result);
  wait_until (result != NULL);
  return lan_node_read_sticker_finish (m->node, result, error);
}

static LanMessage *
wait_for (Machine *m, const char *text)
{
  wait_until (find_received (m, text) != NULL);
  return find_received (m, text);
}

/* --- the tests --- */

static void
test_kept (Pair *p, gconstpointer data)
{
  g_autoptr (LanSticker) cat = make ("cat", NULL, 'c');
  g_autoptr (LanSticker) dog = make ("dog", "Pets", 'd');
  g_autoptr (LanSticker) again = make ("kitten", "Pets", 'c');
  g_autoptr (GBytes) gif = g_bytes_new_static ("GIF89a\x01\x00\x01\x00", 10);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (lan_sticker_new ("gif", NULL, gif, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_no_error (keep (p->ann, cat));
  g_assert_no_error (keep (p->ann, dog));
  g_assert_no_error (keep (p->ann, again)); /* another name for the same picture */
  machine_close (p->ann);
  machine_open (p->ann, NULL);
  kept = list (p->ann);
  g_assert_cmpuint (kept->len, ==, 2);
  for (guint i = 0; i < kept->len; i++)
    g_assert_cmpstr (lan_sticker_get_set (kept->pdata[i]), ==, "Pets");
  g_assert_no_error (drop (p->ann, lan_sticker_get_id (cat)));
  error = drop (p->ann, lan_sticker_get_id (cat));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND);
  g_ptr_array_unref (kept);
  kept = list (p->ann);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpstr (lan_sticker_get_name (kept->pdata[0]), ==, "dog");
}

static void
test_full (Pair *p, gconstpointer data)
{
  g_autoptr (LanSticker) last = make ("last", NULL, (char) LAN_STICKER_MAX_COUNT);
  g_autoptr (LanSticker) first = make ("first", NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  for (int i = 0; i < LAN_STICKER_MAX_COUNT; i++) {
    g_autofree char *name = g_strdup_printf ("%d", i);
    g_autoptr (LanSticker) sticker = make (name, NULL, (char) i);

    g_assert_no_error (keep (p->ann, sticker));
  }
  error = keep (p->ann, last);
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID);
  g_assert_no_error (keep (p->ann, first)); /* one that is there may change */
  kept = list (p->ann);
  g_assert_cmpuint (kept->len, ==, LAN_STICKER_MAX_COUNT);
}

static void
test_sent (Pair *p, gconstpointer data)
{
  g_autoptr (LanSticker) cat = make ("cat", "Pets", 'c');
  g_autoptr (LanSticker) came = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL, *answer = NULL;
  LanMessage *message;

  introduce (p->ann, p->bob);
  id = lan_node_send_sticker (p->ann->node, see (p->ann, p->bob), cat, NULL, &error);
  g_assert_no_error (error);
  message = wait_for (p->bob, "cat");
  g_assert_cmpint (lan_message_get_kind (message), ==, LAN_MESSAGE_KIND_STICKER);
  g_assert_cmpuint (lan_message_get_sticker_width (message), ==, 100);
  g_assert_cmpuint (lan_message_get_sticker_height (message), ==, 40);
  g_assert_cmpstr (lan_message_get_sticker_set (message), ==, "Pets");
  g_assert_false (lan_message_get_sticker_offered (message));
  came = read_one (p->bob, message, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (lan_sticker_get_picture (came), lan_sticker_get_picture (cat)));
  g_assert_no_error (keep (p->bob, came));
  kept = list (p->bob);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpstr (lan_sticker_get_id (kept->pdata[0]), ==, lan_sticker_get_id (cat));

  /* A quote says what it was. */
  answer = lan_node_send_message (p->bob->node, see (p->bob, p->ann), "nice", message, NULL, FALSE,
                                  &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lan_message_get_quote_text (wait_for (p->ann, "nice")), ==, "[cat]");
}

static void
test_passed_on (Pair *p, gconstpointer data)
{
  g_autoptr (GPtrArray) set = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_sticker_unref);
  g_autoptr (GPtrArray) ann = g_ptr_array_new ();
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (LanSticker) came = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) offered = NULL;
  g_auto (GStrv) forwarded = NULL;
  g_autofree char *recall = NULL;
  LanMessage *cat, *back;

  introduce (p->ann, p->bob);
  g_ptr_array_add (set, make ("cat", "Pets", 'c'));
  g_ptr_array_add (set, make ("dog", "Pets", 'd'));
  offered = lan_node_offer_stickers (p->ann->node, see (p->ann, p->bob), set, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (offered), ==, 2);
  cat = wait_for (p->bob, "cat");
  g_assert_true (lan_message_get_sticker_offered (cat));
  wait_for (p->bob, "dog");
  g_ptr_array_add (ann, see (p->bob, p->ann));
  forwarded = lan_node_forward_message (p->bob->node, cat, ann, &error);
  g_assert_no_error (error);
  back = wait_for (p->ann, "cat");
  g_assert_cmpint (lan_message_get_kind (back), ==, LAN_MESSAGE_KIND_STICKER);
  g_assert_cmpstr (lan_message_get_forwarded_from (back), ==, "Ann");
  g_assert_false (lan_message_get_sticker_offered (back));
  came = read_one (p->ann, back, &error);
  g_assert_no_error (error);
  g_assert_true (
      g_bytes_equal (lan_sticker_get_picture (came), lan_sticker_get_picture (set->pdata[0])));

  /* What was taken back is not read any more. */
  own = read_history (p->bob, p->ann, NULL, 1);
  lan_node_recall_message_async (p->bob->node, own->pdata[0], NULL, on_result, &result);
  wait_until (result != NULL);
  recall = lan_node_operate_finish (p->bob->node, result, &error);
  g_assert_no_error (error);
  wait_until (lan_message_get_recalled (back));
  g_assert_null (read_one (p->ann, back, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND);
}

void
add_sticker_tests (void)
{
  static const struct {
    const char *path;
    void (*run) (Pair *, gconstpointer);
  } tests[] = {
    { "/node/stickers/kept", test_kept },
    { "/node/stickers/full", test_full },
    { "/node/stickers/sent", test_sent },
    { "/node/stickers/passed-on", test_passed_on },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Pair, NULL, set_up, tests[i].run, tear_down);
}
