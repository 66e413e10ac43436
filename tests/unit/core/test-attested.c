/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the company's directory does to people: trust, names, papers, another key. */
#include "hand.h"
#include "test-core.h"

#include "lan-attested.h"

static void
attest (Hand *hand, const Somebody *who, const char *name, gboolean is_active,
        const Somebody *before)
{
  LanAttested attested = { .account = *id_of (who), .name = name, .is_active = is_active };

  if (before != NULL)
    attested.before = *id_of (before);
  lan_core_attest (hand->core, &attested, &hand->now);
  hand_drain (hand);
}

static LanStatus
papers (Hand *hand, const Somebody *who, GBytes *list, GBytes *cert)
{
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();
  LanStatus status;

  g_ptr_array_add (certs, cert);
  status = lan_core_papers (hand->core, id_of (who), list, certs, &hand->now);
  hand_drain (hand);
  return status;
}

static LanTrust
trust_of (Hand *hand, const Somebody *who)
{
  return lan_core_get_person (hand->core, id_of (who))->trust;
}

static guint
devices_of (Hand *hand, const Somebody *who)
{
  LanCert certs[4];

  return lan_core_get_devices (hand->core, id_of (who), certs, G_N_ELEMENTS (certs));
}

/* A colleague never met: known by the directory's name, dialled by papers, nobody's request. */
static void
test_colleague (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "bob's laptop"), *eve = somebody_new (hand, "Eve");
  guint64 channel;

  g_assert_cmpint (papers (hand, bob, bob->list, bob->cert), ==, LAN_STATUS_MISMATCH);
  attest (hand, bob, "Robert", TRUE, NULL);
  g_assert_cmpint (trust_of (hand, bob), ==, LAN_TRUST_ATTESTED);
  g_assert_true (lan_core_is_attested (hand->core, id_of (bob)));
  g_assert_cmpuint (devices_of (hand, bob), ==, 0);
  g_assert_cmpint (papers (hand, bob, eve->list, eve->cert), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (papers (hand, bob, bob->list, eve->cert), ==, LAN_STATUS_OK);
  g_assert_cmpuint (devices_of (hand, bob), ==, 0); /* another's certificate is passed over */
  g_assert_cmpint (papers (hand, bob, bob->cert, bob->cert), !=, LAN_STATUS_OK);
  g_assert_cmpint (papers (hand, bob, bob->list, bob->cert), ==, LAN_STATUS_OK);
  g_assert_cmpuint (devices_of (hand, bob), ==, 1);
  channel = hand_meet (hand, bob);
  g_assert_cmpstr (lan_core_get_person (hand->core, id_of (bob))->name, ==, "Robert");
  g_assert_cmpuint (lan_core_get_person (hand->core, id_of (bob))->flags, ==, 0);
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "hello", NULL, NULL));
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  g_assert_cmpuint (lan_core_get_person (hand->core, id_of (bob))->flags, ==, LAN_PERSON_ACCEPTED);
  attest (hand, bob, "Robert Oak", TRUE, NULL);
  g_assert_cmpstr (lan_core_get_person (hand->core, id_of (bob))->name, ==, "Robert Oak");
  lan_core_unattest (hand->core, id_of (bob), &hand->now);
  g_assert_cmpint (trust_of (hand, bob), ==, LAN_TRUST_TOFU);
  attest (hand, eve, "Eve", TRUE, NULL);
  lan_core_unattest (hand->core, id_of (eve), &hand->now); /* nothing of hers was ever here */
  g_assert_null (lan_core_get_person (hand->core, id_of (eve)));
  somebody_free (bob);
  somebody_free (eve);
  hand_free (hand);
}

/* Suspended: cut at once, nothing in or out; and back again when the directory says so. */
static void
test_suspended (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob"), *gone = somebody_new (hand, "Gone");
  LanMessageId id = { { 1 } };

  attest (hand, bob, "Bob", TRUE, NULL);
  hand_meet (hand, bob);
  lan_core_at_server (hand->core, id_of (bob), TRUE, LAN_PRESENCE_BUSY, &hand->now);
  g_assert_cmpint (lan_core_accept (hand->core, id_of (bob), &hand->now), ==, LAN_STATUS_OK);
  attest (hand, bob, "Bob", FALSE, NULL);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
  g_assert_cmpint (hand->closed, ==, LAN_FAREWELL_REVOKED);
  g_assert_cmpint (trust_of (hand, bob), ==, LAN_TRUST_REVOKED);
  g_assert_false (lan_core_is_attested (hand->core, id_of (bob)));
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "no", &hand->now), ==,
                   LAN_STATUS_STATE);
  hand_identity (hand, hand_up (hand, bob), bob);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 2);
  hand_advance (hand, 10000);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (bob), NULL), ==, LAN_PRESENCE_OFFLINE);
  attest (hand, bob, "Bob", TRUE, NULL);
  g_assert_cmpint (trust_of (hand, bob), ==, LAN_TRUST_ATTESTED);
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "yes", &hand->now), ==,
                   LAN_STATUS_OK);
  attest (hand, gone, "Gone", FALSE, NULL); /* left before we came: nobody */
  g_assert_null (lan_core_get_person (hand->core, id_of (gone)));
  somebody_free (bob);
  somebody_free (gone);
  hand_free (hand);
}

/* The same person with another key: merged, but not where the old one was compared in person. */
static void
test_other_key (gconstpointer data)
{
  gboolean was_verified = GPOINTER_TO_INT (data);
  Hand *hand = hand_new ();
  Somebody *old = somebody_new (hand, "Bob"), *new = somebody_new (hand, "Bob");
  LanMessageId id = { { 1 } };
  const LanPersonRow *row;

  attest (hand, old, "Bob", TRUE, NULL);
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (old), &id, "waits", &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  if (was_verified)
    g_assert_cmpint (lan_core_verify (hand->core, id_of (old), &hand->now), ==, LAN_STATUS_OK);
  attest (hand, new, "Bob", TRUE, old);
  row = lan_core_get_person (hand->core, id_of (old));
  if (was_verified) {
    g_assert_true (lan_account_id_is_zero (&row->merged_into));
    g_assert_cmpint (trust_of (hand, new), ==, LAN_TRUST_CHANGED);
    g_assert_cmpuint (hand->n[LAN_CORE_KEY_CLAIM], ==, 1);
    attest (hand, new, "Bob", TRUE, old); /* at the next start: said once */
    g_assert_cmpuint (hand->n[LAN_CORE_KEY_CLAIM], ==, 1);
    g_assert_cmpint (lan_core_merge (hand->core, id_of (old), id_of (new), &hand->now), ==,
                     LAN_STATUS_OK);
    row = lan_core_get_person (hand->core, id_of (old));
  }
  g_assert_true (lan_account_id_equal (&row->merged_into, id_of (new)));
  hand_drain (hand);
  g_assert_true (lan_core_has_waiting (hand->core, id_of (new)));
  attest (hand, new, "Bob", TRUE, old);
  g_assert_cmpint (trust_of (hand, new), ==, LAN_TRUST_ATTESTED);
  somebody_free (old);
  somebody_free (new);
  hand_free (hand);
}

/* Somebody at hand under a colleague's name is not that colleague. */
static void
test_impostor (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob"), *eve = somebody_new (hand, "B\xd0\xbe"
                                                                         "b"); /* Cyrillic */

  attest (hand, bob, "Bob", TRUE, NULL);
  hand_meet (hand, eve);
  g_assert_cmpint (trust_of (hand, eve), ==, LAN_TRUST_CHANGED);
  g_assert_true (
      lan_account_id_equal (&lan_core_get_person (hand->core, id_of (eve))->replaces, id_of (bob)));
  attest (hand, eve, "Bob", TRUE, NULL); /* two of one name in the company */
  g_assert_cmpint (trust_of (hand, eve), ==, LAN_TRUST_ATTESTED);
  g_assert_true (lan_account_id_is_zero (&lan_core_get_person (hand->core, id_of (eve))->replaces));
  somebody_free (bob);
  somebody_free (eve);
  hand_free (hand);
}

/* The directory of a large company leaves the room for strangers as it was. */
static void
test_many_colleagues (void)
{
  Hand *hand = hand_new ();
  g_autoptr (GPtrArray) people = NULL;
  guint n = LAN_CORE_MAX_STRANGERS + 100;

  for (guint i = 0; i < n; i++) {
    LanAttested attested = { .account = { { (guint8) i, (guint8) (i >> 8), 1 } },
                             .name = "Somebody",
                             .is_active = TRUE };

    lan_core_attest (hand->core, &attested, &hand->now);
  }
  for (guint i = 0; i < 20; i++) {
    Somebody *who = somebody_new (hand, "Passer-by");

    lan_core_channel_down (hand->core, hand_meet (hand, who), &hand->now);
    somebody_free (who);
  }
  people = lan_core_list_people (hand->core);
  g_assert_cmpuint (people->len, ==, n + 20);
  hand_free (hand);
}

static void
test_presence (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel;

  attest (hand, bob, "Bob", TRUE, NULL);
  lan_core_at_server (hand->core, id_of (bob), TRUE, LAN_PRESENCE_AWAY, &hand->now);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (bob), NULL), ==, LAN_PRESENCE_AWAY);
  lan_core_discovered (hand->core, id_of (bob), TRUE, LAN_PRESENCE_BUSY, &hand->now);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (bob), NULL), ==, LAN_PRESENCE_BUSY);
  channel = hand_meet (hand, bob);
  lan_core_discovered (hand->core, id_of (bob), FALSE, LAN_PRESENCE_OFFLINE, &hand->now);
  lan_core_channel_down (hand->core, channel, &hand->now);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (bob), NULL), ==, LAN_PRESENCE_AWAY);
  lan_core_at_server (hand->core, id_of (bob), FALSE, LAN_PRESENCE_OFFLINE, &hand->now);
  hand_advance (hand, 10000);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (bob), NULL), ==, LAN_PRESENCE_OFFLINE);
  somebody_free (bob);
  hand_free (hand);
}

void
add_attested_tests (void)
{
  g_test_add_func ("/core/attested/colleague", test_colleague);
  g_test_add_func ("/core/attested/suspended", test_suspended);
  g_test_add_data_func ("/core/attested/other-key", GINT_TO_POINTER (FALSE), test_other_key);
  g_test_add_data_func ("/core/attested/other-key-of-verified", GINT_TO_POINTER (TRUE),
                        test_other_key);
  g_test_add_func ("/core/attested/impostor", test_impostor);
  g_test_add_func ("/core/attested/many-colleagues", test_many_colleagues);
  g_test_add_func ("/core/attested/presence", test_presence);
}
