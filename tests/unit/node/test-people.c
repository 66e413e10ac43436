/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Who is who: a new key under a known name, hidden people, finding each other by beacons. */
#include "node-driver.h"
#include "test-node.h"

static char *
send_to (Machine *from, LanPerson *person, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *id = lan_node_send_text (from->node, person, text, &error);

  g_assert_no_error (error);
  return id;
}

/* Both write once: no strangers any more. */
static void
befriend (Machine *a, Machine *b)
{
  g_autofree char *to = NULL, *fro = NULL;

  introduce (a, b);
  to = send_to (a, see (a, b), "hello");
  wait_until (find_received (b, "hello") != NULL);
  fro = send_to (b, see (b, a), "hello too");
  wait_until (find_received (a, "hello too") != NULL);
  wait_until (has_state (a, to, "delivered") && has_state (b, fro, "delivered"));
}

/* Bob's computer is lost; he comes back with a new key under his name. */
static void
test_key_change (void)
{
  Machine *ann = machine_new ("Ann"), *bob = machine_new ("Bob"), *again = machine_new ("Bob");
  g_autofree char *waiting = NULL;
  g_autoptr (GPtrArray) history = NULL;
  LanPerson *old, *fresh;
  LanConversation *conversation;
  LanMessage *message;
  GListModel *shown;

  machine_create (ann, NULL);
  machine_create (bob, NULL);
  befriend (ann, bob);
  old = see (ann, bob);
  machine_close (bob);
  wait_until (!lan_person_get_online (old));
  waiting = send_to (ann, old, "are you there?");
  wait_until (has_state (ann, waiting, "queued"));

  machine_create (again, NULL);
  introduce (again, ann);
  fresh = see (ann, again);
  g_assert_true (fresh != old);
  wait_until (lan_person_get_claims_place_of (fresh) == old);
  g_assert_cmpint (lan_person_get_trust (fresh), ==, LAN_PERSON_TRUST_CHANGED);
  conversation = lan_node_open_conversation (ann->node, old);
  wait_until (lan_conversation_get_held (conversation));
  g_assert_null (find_received (again, "are you there?"));
  shown = lan_conversation_get_messages (lan_node_open_conversation (ann->node, fresh));
  wait_until (lan_conversation_get_loaded (lan_node_open_conversation (ann->node, fresh)));
  g_assert_cmpuint (g_list_model_get_n_items (shown), ==, 0);

  lan_person_merge (fresh, old);
  wait_until (lan_person_get_merged_into (old) == fresh);
  wait_until (find_received (again, "are you there?") != NULL);
  message = find_received (again, "are you there?");
  g_assert_cmpstr (lan_message_get_id (message), ==, waiting);
  wait_until (has_state (ann, waiting, "delivered"));

  /* Both logs show as one, also where the new one was already open. */
  wait_until (g_list_model_get_n_items (shown) == 3);
  history = read_history (ann, again, NULL, 10);
  g_assert_cmpuint (history->len, ==, 3);
  g_assert_cmpstr (lan_message_get_text (history->pdata[0]), ==, "hello");
  g_assert_cmpstr (lan_message_get_text (history->pdata[1]), ==, "hello too");
  g_assert_cmpstr (lan_message_get_text (history->pdata[2]), ==, "are you there?");
  g_assert_true (lan_message_get_sent_again (history->pdata[2]));
  machine_free (again);
  machine_free (bob);
  machine_free (ann);
}

/* Nobody typed an address: beacons on the loopback interface. */
static void
test_beacons (void)
{
  Machine *ann = machine_new ("Ann"), *bob = machine_new ("Bob");
  gint64 start;
  LanPerson *person;

  if (!has_own_network ()) {
    g_test_skip ("needs a network of its own");
    return;
  }
  ann->broadcast = bob->broadcast = TRUE;
  machine_create (ann, NULL);
  machine_create (bob, NULL);
  start = g_get_monotonic_time ();
  see (ann, bob);
  person = see (bob, ann);
  g_test_message ("seen after %.0f ms", (double) (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpint (lan_person_get_trust (person), ==, LAN_PERSON_TRUST_CLAIMED);
  machine_close (ann);
  wait_until (!lan_person_get_online (person));
  machine_free (bob);
  machine_free (ann);
}

/* Hidden: contacts find one by tags, strangers are not answered. */
static void
test_hidden (void)
{
  Machine *ann = machine_new ("Ann"), *bob = machine_new ("Bob"), *eve = machine_new ("Eve");
  g_autofree char *address = NULL, *id = NULL;
  LanPerson *person;

  if (!has_own_network ()) {
    g_test_skip ("needs a network of its own");
    return;
  }
  ann->broadcast = bob->broadcast = eve->broadcast = TRUE;
  machine_create (ann, NULL);
  machine_create (bob, NULL);
  befriend (ann, bob);
  lan_node_set_hidden (bob->node, TRUE);
  wait_until (lan_node_get_hidden (bob->node));
  machine_close (bob);
  machine_close (ann);

  machine_open (ann, NULL);
  machine_open (bob, NULL);
  g_assert_true (lan_node_get_hidden (bob->node));
  person = see (ann, bob);
  id = send_to (ann, person, "found you");
  wait_until (find_received (bob, "found you") != NULL);

  machine_create (eve, NULL);
  address = g_strdup_printf ("127.0.0.1:%u", lan_node_get_tcp_port (bob->node));
  g_assert_true (lan_node_add_address (eve->node, address, NULL));
  see (eve, ann); /* time enough to be refused by Bob */
  see (ann, eve);
  g_assert_null (lan_node_find_person (eve->node, "Bob", NULL));
  g_assert_null (lan_node_find_person (bob->node, "Eve", NULL));
  machine_free (eve);
  machine_free (bob);
  machine_free (ann);
}

void
add_people_tests (void)
{
  g_test_add_func ("/node/people/key-change", test_key_change);
  g_test_add_func ("/node/people/beacons", test_beacons);
  g_test_add_func ("/node/people/hidden", test_hidden);
}
