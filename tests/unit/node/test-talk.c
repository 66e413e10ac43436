/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Two machines in one process: they meet, talk, and find everything again after a restart. */
#include "node-driver.h"
#include "test-node.h"

#include <glib/gstdio.h>

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
  introduce (p->ann, p->bob);
}

static void
tear_down (Pair *p, gconstpointer data)
{
  machine_free (p->ann);
  machine_free (p->bob);
}

static char *
send (Machine *from, Machine *to, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *id = lan_node_send_text (from->node, see (from, to), text, &error);

  g_assert_no_error (error);
  return id;
}

static void
test_first_message (Pair *p, gconstpointer data)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *id = send (p->ann, p->bob, "hello Bob");
  g_autofree char *back = NULL;
  LanMessage *message;
  LanPerson *ann;

  wait_until (find_received (p->bob, "hello Bob") != NULL);
  g_test_message ("first message after %.1f ms", (double) (g_get_monotonic_time () - start) / 1000);
  message = find_received (p->bob, "hello Bob");
  g_assert_cmpstr (lan_message_get_id (message), ==, id);
  g_assert_true (lan_message_get_request (message));
  ann = lan_message_get_author (message);
  g_assert_cmpstr (lan_person_get_name (ann), ==, "Ann");
  wait_until (lan_person_get_request (ann));
  g_assert_false (lan_person_get_accepted (ann));
  wait_until (has_state (p->ann, id, "delivered"));
  g_assert_true (has_state (p->ann, id, "queued"));

  /* An answer accepts. */
  back = send (p->bob, p->ann, "hello Ann");
  wait_until (find_received (p->ann, "hello Ann") != NULL);
  wait_until (has_state (p->bob, back, "delivered"));
  wait_until (lan_person_get_accepted (ann));
  g_assert_cmpint (lan_person_get_trust (ann), ==, LAN_PERSON_TRUST_TOFU);

  g_assert_true (lan_node_mark_read (p->bob->node, id, NULL));
  wait_until (has_state (p->ann, id, "read"));
}

static void
restart (Machine *m)
{
  machine_close (m);
  machine_open (m, NULL);
}

/* What is on disk comes back: people, trust, history, states, unread counts, drafts, settings. */
static void
test_restart (Pair *p, gconstpointer data)
{
  g_autofree char *first = send (p->ann, p->bob, "one");
  g_autofree char *second = send (p->ann, p->bob, "two");
  g_autoptr (GPtrArray) history = NULL;
  LanConversation *conversation;
  LanPerson *bob;

  wait_until (find_received (p->bob, "two") != NULL);
  wait_until (has_state (p->ann, second, "delivered"));
  conversation = lan_node_open_conversation (p->ann->node, see (p->ann, p->bob));
  lan_conversation_set_draft (conversation, "half a thou");
  lan_node_set_setting (p->ann->node, "ui.width", "900");
  restart (p->ann);

  bob = g_list_model_get_item (lan_node_get_people (p->ann->node), 0);
  g_assert_nonnull (bob);
  g_object_unref (bob); /* the list keeps it */
  g_assert_cmpstr (lan_person_get_name (bob), ==, "Bob");
  g_assert_true (lan_person_get_accepted (bob));
  conversation = lan_node_open_conversation (p->ann->node, bob);
  g_assert_cmpstr (lan_conversation_get_draft (conversation), ==, "half a thou");
  g_assert_cmpstr (lan_message_get_text (lan_conversation_get_last_message (conversation)), ==,
                   "two");
  g_assert_cmpstr (lan_node_get_setting (p->ann->node, "ui.width"), ==, "900");
  history = read_history (p->ann, p->bob, NULL, 10);
  g_assert_cmpuint (history->len, ==, 2);
  g_assert_cmpstr (lan_message_get_id (history->pdata[0]), ==, first);
  g_assert_cmpint (lan_message_get_status (history->pdata[1]), ==, LAN_MESSAGE_STATUS_DELIVERED);

  restart (p->bob);
  g_assert_cmpuint (g_list_model_get_n_items (lan_node_get_conversations (p->bob->node)), ==, 1);
  conversation = g_list_model_get_item (lan_node_get_conversations (p->bob->node), 0);
  g_assert_cmpuint (lan_conversation_get_unread (conversation), ==, 2);
  g_assert_true (lan_conversation_get_request (conversation));
  g_object_unref (conversation);
}

/* What is sent while the other is away goes out when they are back. */
static void
test_away (Pair *p, gconstpointer data)
{
  LanPerson *bob = see (p->ann, p->bob);
  g_autofree char *id = NULL;

  machine_close (p->bob);
  wait_until (!lan_person_get_online (bob));
  id = lan_node_send_text (p->ann->node, bob, "see you", NULL);
  wait_until (has_state (p->ann, id, "queued"));
  restart (p->ann);
  machine_open (p->bob, NULL);
  introduce (p->bob, p->ann);
  wait_until (find_received (p->bob, "see you") != NULL);
  wait_until (has_state (p->ann, id, "delivered"));
  g_assert_cmpuint (p->bob->received->len, ==, 1);
}

#define MANY 260

static void
on_older (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  lan_conversation_load_older_finish (LAN_CONVERSATION (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
load_older (LanConversation *conversation)
{
  gboolean done = FALSE;

  lan_conversation_load_older_async (conversation, NULL, on_older, &done);
  wait_until (done);
}

static void
on_newer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  lan_conversation_load_newer_finish (LAN_CONVERSATION (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
load_newer (LanConversation *conversation)
{
  gboolean done = FALSE;

  lan_conversation_load_newer_async (conversation, NULL, on_newer, &done);
  wait_until (done);
}

static const char *
text_at (GListModel *messages, guint place)
{
  g_autoptr (LanMessage) message = g_list_model_get_item (messages, place);

  return lan_message_get_text (message);
}

/* The window upon a long history: pages of 50, never more than 200 rows, back to the newest. */
static void
test_pages (Pair *p, gconstpointer data)
{
  LanPerson *bob = see (p->ann, p->bob);
  LanConversation *conversation = lan_node_open_conversation (p->ann->node, bob);
  g_autofree char *last = NULL;
  GListModel *messages;

  lan_person_accept (see (p->bob, p->ann)); /* or 200 are enough */
  for (guint i = 0; i < MANY; i++) {
    g_autofree char *text = g_strdup_printf ("message %u", i);

    g_free (last);
    last = lan_node_send_text (p->ann->node, bob, text, NULL);
  }
  wait_until (has_state (p->ann, last, "delivered"));
  messages = lan_conversation_get_messages (conversation);
  wait_until (lan_conversation_get_loaded (conversation));
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 50);
  g_assert_cmpstr (text_at (messages, 49), ==, "message 259");
  g_assert_true (lan_conversation_get_has_older (conversation));
  for (guint i = 0; i < 3; i++)
    load_older (conversation);
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 200);
  g_assert_cmpstr (text_at (messages, 0), ==, "message 60");
  g_assert_false (lan_conversation_get_has_newer (conversation));
  load_older (conversation);
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 200);
  g_assert_cmpstr (text_at (messages, 0), ==, "message 10");
  g_assert_cmpstr (text_at (messages, 199), ==, "message 209");
  g_assert_true (lan_conversation_get_has_newer (conversation));
  load_older (conversation);
  g_assert_cmpstr (text_at (messages, 0), ==, "message 0");
  g_assert_false (lan_conversation_get_has_older (conversation));

  g_free (last);
  last = lan_node_send_text (p->ann->node, bob, "now", NULL);
  wait_until (has_state (p->ann, last, "delivered"));
  g_assert_cmpstr (text_at (messages, 199), ==, "message 199");
  load_newer (conversation);
  g_assert_cmpstr (text_at (messages, 0), ==, "message 50");
  g_assert_cmpstr (text_at (messages, 199), ==, "message 249");
  g_assert_true (lan_conversation_get_has_newer (conversation));
  load_newer (conversation);
  g_assert_cmpstr (text_at (messages, 199), ==, "now");
  g_assert_false (lan_conversation_get_has_newer (conversation));
  load_older (conversation);
  g_assert_true (lan_conversation_get_has_newer (conversation));
  lan_conversation_load_newest (conversation);
  wait_until (g_list_model_get_n_items (messages) == 50);
  g_assert_cmpstr (text_at (messages, 49), ==, "now");
  g_assert_false (lan_conversation_get_has_newer (conversation));
  lan_conversation_close (conversation);
  g_assert_cmpuint (g_list_model_get_n_items (messages), ==, 0);
}

static void
test_unread (Pair *p, gconstpointer data)
{
  char *ids[5];
  LanConversation *conversation;

  for (guint i = 0; i < 5; i++)
    ids[i] = send (p->ann, p->bob, i == 4 ? "last" : "text");
  wait_until (find_received (p->bob, "last") != NULL);
  conversation = lan_node_open_conversation (p->bob->node, see (p->bob, p->ann));
  wait_until (lan_conversation_get_unread (conversation) == 5);
  g_assert_true (lan_node_mark_read (p->bob->node, ids[2], NULL));
  wait_until (lan_conversation_get_unread (conversation) == 2);
  g_assert_true (lan_node_mark_read (p->bob->node, ids[4], NULL));
  wait_until (lan_conversation_get_unread (conversation) == 0);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_free (ids[i]);
}

/* Who does not tell what he has read tells nobody, also after a restart; what he reads is read here
 * all the same. Told again, the next one covers all before. */
static void
test_read_receipts (Pair *p, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *answer = NULL;
  LanConversation *conversation;
  gint64 until;

  answer = send (p->bob, p->ann, "hello Ann");
  first = send (p->ann, p->bob, "secretly read");
  wait_until (find_received (p->bob, "secretly read") != NULL);
  wait_until (has_state (p->ann, first, "delivered"));
  lan_node_set_setting (p->bob->node, "privacy.read-receipts", "0");
  restart (p->bob);
  introduce (p->ann, p->bob);
  conversation = lan_node_open_conversation (p->bob->node, see (p->bob, p->ann));
  wait_until (lan_conversation_get_unread (conversation) == 1);
  g_assert_true (lan_node_mark_read (p->bob->node, first, NULL));
  wait_until (lan_conversation_get_unread (conversation) == 0);
  until = g_get_monotonic_time () + G_USEC_PER_SEC; /* a receipt would be written after 0.3 s */
  wait_until (g_get_monotonic_time () > until);
  second = send (p->ann, p->bob, "openly read");
  wait_until (find_received (p->bob, "openly read") != NULL);
  g_assert_false (has_state (p->ann, first, "read"));
  lan_node_set_setting (p->bob->node, "privacy.read-receipts", "1");
  g_assert_true (lan_node_mark_read (p->bob->node, second, NULL));
  wait_until (has_state (p->ann, second, "read"));
}

static void
test_block (Pair *p, gconstpointer data)
{
  LanPerson *ann = see (p->bob, p->ann);
  g_autofree char *first = send (p->ann, p->bob, "buy this");
  g_autofree char *second = NULL, *third = NULL;
  g_autoptr (GError) error = NULL;

  wait_until (find_received (p->bob, "buy this") != NULL);
  lan_person_block (ann, TRUE);
  wait_until (lan_person_get_blocked (ann));
  g_assert_null (lan_node_send_text (p->bob->node, ann, "no", &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_BLOCKED);
  second = lan_node_send_text (p->ann->node, lan_node_find_person (p->ann->node, "Bob", NULL),
                               "and this", NULL);
  wait_until (has_state (p->ann, second, "queued"));
  lan_person_block (ann, FALSE);
  wait_until (!lan_person_get_blocked (ann));
  wait_until (find_received (p->bob, "and this") != NULL);
  g_assert_cmpuint (p->bob->received->len, ==, 2);
}

static void
test_verify (Pair *p, gconstpointer data)
{
  LanPerson *bob = see (p->ann, p->bob), *ann = see (p->bob, p->ann);
  g_autofree char *number = lan_person_dup_number (bob), *other = lan_person_dup_number (ann);
  g_auto (GStrv) words = lan_person_dup_words (bob, "en");
  g_autofree char *spoken = g_strjoinv (" ", words);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (number), ==, 60);
  g_assert_cmpstr (number, ==, other);
  g_assert_cmpuint (g_strv_length (words), ==, 12);
  other[7] = other[7] == '1' ? '2' : '1';
  g_assert_false (lan_person_verify_number (bob, other, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_true (lan_person_verify_number (bob, number, &error));
  wait_until (lan_person_get_trust (bob) == LAN_PERSON_TRUST_VERIFIED);
  g_assert_true (lan_person_verify_words (ann, spoken, &error));
  wait_until (lan_person_get_trust (ann) == LAN_PERSON_TRUST_VERIFIED);
}

/* Presence, status text, typing and a new name reach a contact. */
static void
test_presence (Pair *p, gconstpointer data)
{
  g_autofree char *hello = send (p->ann, p->bob, "hi");
  g_autofree char *back = NULL;
  LanPerson *bob = see (p->ann, p->bob), *ann = see (p->bob, p->ann);

  wait_until (find_received (p->bob, "hi") != NULL);
  back = send (p->bob, p->ann, "hi");
  wait_until (find_received (p->ann, "hi") != NULL);
  lan_node_set_presence (p->bob->node, LAN_PERSON_PRESENCE_BUSY, "in a meeting");
  /* At once: whoever changes one of the two next starts from these. */
  g_assert_cmpint (lan_person_get_presence (lan_node_get_self (p->bob->node)), ==,
                   LAN_PERSON_PRESENCE_BUSY);
  g_assert_cmpstr (lan_person_get_status_text (lan_node_get_self (p->bob->node)), ==,
                   "in a meeting");
  wait_until (lan_person_get_presence (bob) == LAN_PERSON_PRESENCE_BUSY);
  wait_until (strcmp (lan_person_get_status_text (bob), "in a meeting") == 0);
  lan_conversation_set_typing (lan_node_open_conversation (p->bob->node, ann), TRUE);
  wait_until (lan_person_get_typing (bob));
  g_assert_true (lan_node_set_name (p->bob->node, "Robert", NULL));
  wait_until (strcmp (lan_person_get_name (bob), "Robert") == 0);
  g_assert_cmpstr (lan_person_get_name (lan_node_get_self (p->bob->node)), ==, "Robert");
}

static void
on_stats (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(LanPersonStats **) data = lan_person_link_stats_finish (LAN_PERSON (source), result, &error);
  g_assert_no_error (error);
}

static void
test_link (Pair *p, gconstpointer data)
{
  LanPerson *bob = see (p->ann, p->bob);
  g_autofree char *id = send (p->ann, p->bob, "open it");
  g_autoptr (LanPersonStats) stats = NULL;

  wait_until (has_state (p->ann, id, "delivered"));
  do {
    g_clear_pointer (&stats, lan_person_stats_free);
    lan_person_link_stats_async (bob, NULL, on_stats, &stats);
    wait_until (stats != NULL);
  } while (strcmp (stats->state, "link") != 0);
  g_assert_cmpstr (stats->path, ==, "direct");
  g_assert_nonnull (strchr (stats->local_address, ':'));
  g_assert_nonnull (strchr (stats->remote_address, ':'));
  g_assert_cmpstr (stats->local_address, !=, stats->remote_address);
  g_test_message ("link up %.1f ms after its offer", (double) stats->opened_us / 1000);
}

static void
copy_profile (const char *from, const char *to)
{
  const char *const argv[] = { "sh", "-c", "rm -rf \"$1\" && cp -a \"$0\" \"$1\"", from, to, NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

/* A copy of the profile is put back and written to while nobody is there: its log forks. The
 * device goes on with new keys, and what was written arrives, both ways, without a restart. */
static void
test_put_back (Pair *p, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (p->ann->dir, ".copy", NULL);
  g_autofree char *first = send (p->ann, p->bob, "first");
  g_autofree char *back = NULL, *lost = NULL, *alone = NULL, *answer = NULL;
  g_autoptr (GError) error = NULL;

  wait_until (find_received (p->bob, "first") != NULL);
  back = send (p->bob, p->ann, "back");
  wait_until (has_state (p->bob, back, "delivered"));
  wait_until (has_state (p->ann, first, "delivered"));
  machine_close (p->ann);
  copy_profile (p->ann->dir, copy);
  machine_open (p->ann, NULL);
  introduce (p->ann, p->bob);
  lost = send (p->ann, p->bob, "not in the copy");
  wait_until (has_state (p->ann, lost, "delivered"));
  machine_close (p->ann);
  machine_close (p->bob);

  copy_profile (copy, p->ann->dir);
  machine_open (p->ann, NULL);
  alone = lan_node_send_text (p->ann->node, lan_node_find_person (p->ann->node, "Bob", NULL),
                              "written alone", &error);
  g_assert_no_error (error);
  wait_until (has_state (p->ann, alone, "queued"));
  machine_open (p->bob, NULL);
  introduce (p->ann, p->bob);
  wait_until (find_received (p->bob, "written alone") != NULL);
  g_assert_true (has_notice (p->ann, "new-device"));
  wait_until (has_state (p->ann, alone, "delivered"));
  answer = send (p->bob, p->ann, "to the new device");
  wait_until (find_received (p->ann, "to the new device") != NULL);
  copy_profile ("/dev/null", copy);
  g_assert_cmpint (g_remove (copy), ==, 0);
}

void
add_talk_tests (void)
{
  static const struct {
    const char *path;
    void (*run) (Pair *, gconstpointer);
  } tests[] = {
    { "/node/talk/first-message", test_first_message },
    { "/node/talk/restart", test_restart },
    { "/node/talk/away", test_away },
    { "/node/talk/pages", test_pages },
    { "/node/talk/unread", test_unread },
    { "/node/talk/read-receipts", test_read_receipts },
    { "/node/talk/block", test_block },
    { "/node/talk/verify", test_verify },
    { "/node/talk/presence", test_presence },
    { "/node/talk/link", test_link },
    { "/node/talk/put-back", test_put_back },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Pair, NULL, set_up, tests[i].run, tear_down);
}
