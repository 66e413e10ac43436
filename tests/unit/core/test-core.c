/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The small machines by their tables, and LanCore against peers that break the rules. What people
 * do with each other is told in tests/scenario.
 */
#include "test-core.h"
#include "hand.h"
#include "lan-deadlines.h"
#include "lan-hlc.h"
#include "lan-text.h"
#include "lan-trust.h"

#include <string.h>

static void
test_hlc (void)
{
  const gint64 now = HAND_WALL_MS;
  LanHlc clock = { 0 };
  guint64 a = lan_hlc_tick (&clock, now, 0), b = lan_hlc_tick (&clock, now, 0);

  g_assert_cmpint (lan_hlc_to_ms (a), ==, now);
  g_assert_cmpuint (b, ==, a + 1);
  g_assert_cmpuint (lan_hlc_tick (&clock, now - 1000, 0), ==, b + 1); /* the clock went back */
  g_assert_true (lan_hlc_merge (&clock, lan_hlc_from_ms (now + 299999), now));
  g_assert_cmpint (lan_hlc_to_ms (lan_hlc_tick (&clock, now, 0)), ==, now + 299999);
  g_assert_false (lan_hlc_merge (&clock, lan_hlc_from_ms (now + 300001), now));
  g_assert_false (lan_hlc_merge (&clock, LAN_HLC_MAX - 1, now));
  /* A log that ran an hour ahead goes on growing, the clock does not follow. */
  g_assert_cmpuint (lan_hlc_tick (&clock, now, lan_hlc_from_ms (now + 3600000)), ==,
                    lan_hlc_from_ms (now + 3600000) + 1);
  g_assert_cmpint (lan_hlc_to_ms (lan_hlc_tick (&clock, now, 0)), <, now + 300001);
  g_assert_cmpuint (lan_hlc_tick (&clock, G_MAXINT64, LAN_HLC_MAX), <, LAN_HLC_MAX);
  g_assert_cmpuint (lan_hlc_from_ms (-5), ==, 0);
}

/* Every state with every event (SECURITY 4.4). */
static void
test_trust (void)
{
  const char *expect[LAN_TRUST_N] = {
    /* accept, verify, claim, revoke; by the directory: attest, unattest, suspend, restore */
    "13452-5-", /* claimed */
    "13-52-5-", /* known */
    "23-5205-", /* attested */
    "33-53-5-", /* verified */
    "13452-5-", /* changed */
    "---5---2", /* revoked */
  };

  for (int state = 0; state < LAN_TRUST_N; state++) {
    for (int event = 0; event < LAN_TRUST_EVENT_N; event++) {
      LanTrust trust = (LanTrust) state;
      char want = expect[state][event];

      g_assert_cmpint (lan_trust_step (&trust, (LanTrustEvent) event), ==, want != '-');
      g_assert_cmpint (trust, ==, want == '-' ? state : want - '0');
    }
  }
  {
    LanTrust trust = LAN_TRUST_N;

    g_assert_false (lan_trust_step (&trust, LAN_TRUST_ON_ACCEPT));
    trust = LAN_TRUST_TOFU;
    g_assert_false (lan_trust_step (&trust, LAN_TRUST_EVENT_N));
  }
}

/* T2: before the other is known every frame but those three kinds ends the channel. */
static void
test_unidentified (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  Lanyard__Ping ping = LANYARD__PING__INIT;
  Lanyard__Presence presence = LANYARD__PRESENCE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint64 channel = hand_up (hand, bob);

  frame.body_case = LANYARD__FRAME__BODY_PING;
  frame.ping = &ping;
  hand_feed (hand, channel, &frame);
  g_assert_cmpuint (hand->sent[LAN_FRAME_PONG], ==, 1);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 0);
  frame.body_case = LANYARD__FRAME__BODY_PRESENCE;
  frame.presence = &presence;
  hand_feed (hand, channel, &frame);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
  channel = hand_up (hand, bob);
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "x", NULL, NULL));
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 2);
  channel = hand_up (hand, bob);
  hand_advance (hand, 10001);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 3);
  channel = hand_up (hand, bob);
  lan_core_channel_frame (hand->core, channel, LAN_CARRIER_LANE, (const guint8 *) "\xff\xff\xff", 3,
                          &hand->now);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 4);
  g_assert_cmpuint (hand->n[LAN_CORE_IDENTIFIED], ==, 0);
  g_assert_cmpint (lan_core_channel_stage (hand->core, 99), ==, LAN_STAGE_UNIDENTIFIED);
  /* Late frames and ends of a channel that is gone are nothing. */
  lan_core_channel_frame (hand->core, channel, LAN_CARRIER_LANE, NULL, 0, &hand->now);
  lan_core_channel_down (hand->core, channel, &hand->now);
  lan_core_channel_writable (hand->core, channel, TRUE, &hand->now);
  somebody_free (bob);
  hand_free (hand);
}

/* T1, T21: an Identity that does not belong to the proven key, or to the list, is nobody's. */
static void
test_identity (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob"), *eve = somebody_new (hand, "Eve");
  GBytes *eve_list = g_bytes_ref (eve->list);

  hand_identity (hand, hand_up (hand, eve), bob); /* Bob's papers, Eve's key */
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
  g_bytes_unref (eve->list);
  eve->list = g_bytes_ref (bob->list);
  hand_identity (hand, hand_up (hand, eve), eve); /* Eve's certificate, Bob's list */
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 2);
  g_bytes_unref (eve->list);
  eve->list = eve_list;
  hand_identity (hand, hand_up (hand, hand->self), hand->self); /* ourselves */
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 3);
  somebody_issue (eve, 1, LAN_DEVICE_ACTIVE, HAND_WALL_MS / 1000 - 2 * LAN_CERT_LIFE_SECONDS);
  hand_identity (hand, hand_up (hand, eve), eve); /* long expired */
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 4);
  g_assert_cmpuint (hand->n[LAN_CORE_IDENTIFIED], ==, 0);
  g_assert_cmpuint (hand->n[LAN_CORE_PERSON], ==, 0);
  hand_meet (hand, bob);
  g_assert_cmpuint (hand->n[LAN_CORE_IDENTIFIED], ==, 1);
  g_assert_cmpstr (lan_core_get_person (hand->core, id_of (bob))->name, ==, "Bob");
  g_assert_cmpint (lan_core_get_person (hand->core, id_of (bob))->trust, ==, LAN_TRUST_CLAIMED);
  g_assert_null (lan_core_get_person (hand->core, id_of (eve)));
  somebody_free (bob);
  somebody_free (eve);
  hand_free (hand);
}

/* Lists go forward only; a device that a newer list revokes loses its channels. */
static void
test_lists (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  GBytes *first_list = g_bytes_ref (bob->list), *first_cert = g_bytes_ref (bob->cert);
  guint64 channel = hand_meet (hand, bob);

  g_free (bob->name);
  bob->name = g_strdup ("Robert");
  somebody_issue (bob, 2, LAN_DEVICE_ACTIVE, HAND_WALL_MS / 1000 - 1000);
  hand_identity (hand, channel, bob);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 0);
  g_assert_cmpstr (lan_core_get_person (hand->core, id_of (bob))->name, ==, "Robert");
  /* The old list again: what is known holds, and the old certificate is not in it. */
  {
    GBytes *list = bob->list, *cert = bob->cert;

    bob->list = first_list;
    bob->cert = first_cert;
    hand_identity (hand, hand_up (hand, bob), bob);
    g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
    g_assert_cmpint (hand->closed, ==, LAN_FAREWELL_REVOKED);
    bob->list = list;
    bob->cert = cert;
  }
  g_assert_cmpstr (lan_core_get_person (hand->core, id_of (bob))->name, ==, "Robert");
  somebody_issue (bob, 3, LAN_DEVICE_REVOKED, HAND_WALL_MS / 1000 - 1000);
  hand_identity (hand, hand_up (hand, bob), bob);
  g_assert_cmpint (lan_core_get_person (hand->core, id_of (bob))->trust, ==, LAN_TRUST_REVOKED);
  g_assert_cmpint (lan_core_accept (hand->core, id_of (bob), &hand->now), ==, LAN_STATUS_STATE);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 3); /* the new channel, and the old one with it */
  g_bytes_unref (first_list);
  g_bytes_unref (first_cert);
  somebody_free (bob);
  hand_free (hand);
}

static void
other_device (LanRecordView *view, gpointer data)
{
  view->device = *lan_device_keys_id (((Somebody *) data)->device);
}

static void
old_hlc (LanRecordView *view, gpointer data)
{
  view->hlc = 5;
}

static void
wrong_previous (LanRecordView *view, gpointer data)
{
  memset (view->previous.b, 9, sizeof view->previous.b);
}

static void
newer_kind (LanRecordView *view, gpointer data)
{
  view->kind = 900;
}

static void
bad_content (LanRecordView *view, gpointer data)
{
  view->content = (const guint8 *) "\xff\xff\xff";
  view->content_len = 3;
}

/* T5: a record of another conversation, of another author, replayed, or bent, is not taken. */
static void
test_records (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob"), *eve = somebody_new (hand, "Eve");
  guint64 channel = hand_meet (hand, bob);
  const LanCoreCounters *counters = lan_core_get_counters (hand->core);
  GBytes *first = hand_record (bob, id_of (hand->self), "one", NULL, NULL);
  Somebody saved;

  hand_give (hand, channel, g_bytes_ref (first));
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  hand_give (hand, channel, first); /* again */
  g_assert_cmpuint (counters->records_again, ==, 1);
  saved = *bob;
  hand_give (hand, channel, hand_record (bob, id_of (eve), "for Eve", NULL, NULL));
  *bob = saved;
  g_assert_cmpuint (counters->records_refused, ==, 1);
  hand_give (hand, channel, hand_record (eve, id_of (hand->self), "Eve's own", NULL, NULL));
  g_assert_cmpuint (counters->records_refused, ==, 2);
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "as Eve", other_device, eve));
  *bob = saved;
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "past", old_hlc, NULL));
  *bob = saved;
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "branch", wrong_previous, NULL));
  *bob = saved;
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "", bad_content, NULL));
  *bob = saved;
  g_assert_cmpuint (counters->records_refused, ==, 6);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  /* A kind of a newer version is kept, and shown as such. */
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "newer", newer_kind, NULL));
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 2);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 0);
  for (guint i = 0; i < 20; i++) {
    saved = *bob;
    hand_give (hand, channel, hand_record (bob, id_of (hand->self), "junk", old_hlc, NULL));
    *bob = saved;
  }
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
  g_assert_cmpint (hand->closed, ==, LAN_FAREWELL_PROTOCOL);
  somebody_free (bob);
  somebody_free (eve);
  hand_free (hand);
}

static void
set_seq (LanRecordView *view, gpointer data)
{
  view->seq = *(guint64 *) data;
  memset (view->previous.b, 9, sizeof view->previous.b);
}

/* T7: leaps ahead cost a bounded buffer and one question in two seconds, and then close. */
static void
test_leaps (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  Somebody saved;
  guint64 seq = G_GUINT64_CONSTANT (1) << 31;

  (void) !lan_core_accept (hand->core, id_of (bob), &hand->now);
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "one", NULL, NULL));
  saved = *bob;
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "far", set_seq, &seq));
  for (seq = 3; seq < 2005; seq++) {
    hand_give (hand, channel, hand_record (bob, id_of (hand->self), "far", set_seq, &seq));
    *bob = saved;
  }
  g_assert_cmpuint (hand->sent[LAN_FRAME_FETCH], <=, 2);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "two", NULL, NULL));
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 2);
  somebody_free (bob);
  hand_free (hand);
}

/* Nothing is acknowledged or told while its commit is under way, or after it failed. */
static void
test_commit_first (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  guint vectors;
  LanMessageId id = { { 1 } };

  (void) !lan_core_accept (hand->core, id_of (bob), &hand->now);
  hand_drain (hand);
  vectors = hand->sent[LAN_FRAME_VECTOR];
  hand->hold_commits = TRUE;
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "one", NULL, NULL));
  hand_give (hand, channel, hand_record (bob, id_of (hand->self), "two", NULL, NULL));
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "mine", &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 0);
  g_assert_cmpuint (hand->sent[LAN_FRAME_VECTOR], ==, vectors);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 0);
  lan_core_committed (hand->core, hand->held_batch, FALSE, &hand->now);
  hand->hold_commits = FALSE;
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 0);
  g_assert_cmpuint (hand->n[LAN_CORE_SEND_FAILED], ==, 1);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 0);
  hand_advance (hand, 2000);
  g_assert_cmpuint (hand->sent[LAN_FRAME_FETCH], ==, 1);
  g_assert_cmpuint (hand->last[LAN_FRAME_FETCH]->fetch->from, ==, 1);
  somebody_free (bob);
  hand_free (hand);
}

/* A peer's word about our own log is not believed: no new keys without a record that we signed. */
static void
test_vector_lies (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  const LanDeviceId *self = lan_device_keys_id (hand->self->device);
  LanHash junk = { { 1, 2, 3 } };
  LanMessageId id = { { 1 } };

  (void) !lan_core_accept (hand->core, id_of (bob), &hand->now);
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "mine", &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  hand_vector (hand, channel, id_of (bob), self, 1, &junk);
  g_assert_cmpuint (hand->sent[LAN_FRAME_FETCH], ==, 1);
  hand_vector (hand, channel, id_of (bob), self, G_MAXUINT64, &junk);
  hand_vector (hand, channel, id_of (bob), self, G_MAXUINT64, &junk);
  g_assert_cmpuint (hand->sent[LAN_FRAME_FETCH], ==, 2);
  id.b[0] = 2;
  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "waits", &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  hand_advance (hand, 10001); /* it was not brought: writing goes on */
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 2);
  g_assert_cmpuint (hand->n[LAN_CORE_NEW_KEYS], ==, 0);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE_STATE], ==, 0);
  somebody_free (bob);
  hand_free (hand);
}

/* Strangers come and go by the thousand; memory holds the newest, the disk nothing. */
static void
test_many_strangers (void)
{
  Hand *hand = hand_new ();
  g_autoptr (GPtrArray) people = NULL;

  for (guint i = 0; i < LAN_CORE_MAX_STRANGERS + 50; i++) {
    Somebody *who = somebody_new (hand, "Nobody");

    hand->now.wall_ms++;
    lan_core_channel_down (hand->core, hand_meet (hand, who), &hand->now);
    somebody_free (who);
  }
  hand_drain (hand);
  people = lan_core_list_people (hand->core);
  g_assert_cmpuint (people->len, ==, LAN_CORE_MAX_STRANGERS);
  g_assert_cmpuint (hand->n[LAN_CORE_PERSON_GONE], ==, 50);
  g_assert_cmpuint (hand->n[LAN_CORE_COMMIT], ==, 0);
  hand_free (hand);
}

/* Of people who wait for an answer there are at most so many. */
static void
test_many_requests (void)
{
  Hand *hand = hand_new ();

  for (guint i = 0; i < LAN_REQUEST_MAX_PEOPLE + 5; i++) {
    Somebody *who = somebody_new (hand, "Nobody");
    guint64 channel = hand_meet (hand, who);

    hand_give (hand, channel, hand_record (who, id_of (hand->self), "hello", NULL, NULL));
    lan_core_channel_down (hand->core, channel, &hand->now);
    somebody_free (who);
  }
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, LAN_REQUEST_MAX_PEOPLE);
  g_assert_cmpuint (lan_core_get_counters (hand->core)->requests_over, ==, 5);
  hand_free (hand);
}

/* Who asks for everything again in every frame gets it now and then, and in the end. */
static void
test_rewinds (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  const LanDeviceId *self = lan_device_keys_id (hand->self->device);
  Lanyard__Fetch fetch = LANYARD__FETCH__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanConversationId id;
  LanMessageId message = { { 1 } };
  LanHash none = { { 0 } };

  g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &message, "mine", &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  hand_vector (hand, channel, id_of (bob), self, 0, &none);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 1);
  lan_conversation_id_of_pair (&id, id_of (hand->self), id_of (bob));
  fetch.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  fetch.device = (ProtobufCBinaryData){ sizeof self->b, (guint8 *) self->b };
  fetch.from = 1;
  frame.body_case = LANYARD__FRAME__BODY_FETCH;
  frame.fetch = &fetch;
  for (guint i = 0; i < 1000; i++)
    hand_feed (hand, channel, &frame);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 2);
  hand_advance (hand, 1000);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 3);
  hand_advance (hand, 1000);
  g_assert_cmpuint (hand->sent[LAN_FRAME_RECORDS], ==, 3);
  somebody_free (bob);
  hand_free (hand);
}

/* Who tells again and again who he is is heard a few times, and as often as a person changes. */
static void
test_identities (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  guint64 channel = hand_meet (hand, bob);
  guint commits;

  for (guint i = 2; i <= 40; i++) {
    hand_advance (hand, 15000);
    somebody_issue (bob, i, LAN_DEVICE_ACTIVE, HAND_WALL_MS / 1000 - 86400 + i);
    hand_identity (hand, channel, bob);
  }
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 0);
  hand_advance (hand, 60 * 60 * 1000);
  commits = hand->n[LAN_CORE_COMMIT];
  for (guint i = 0; i < 8; i++)
    hand_identity (hand, channel, bob);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 0);
  hand_identity (hand, channel, bob);
  g_assert_cmpuint (hand->n[LAN_CORE_CLOSE], ==, 1);
  g_assert_cmpint (hand->closed, ==, LAN_FAREWELL_LIMIT);
  g_assert_cmpuint (hand->n[LAN_CORE_COMMIT] - commits, <=, 8);
  somebody_free (bob);
  hand_free (hand);
}

/* The same message again is not a second one; an offer made before a restart is found on disk. */
static void
test_same_id (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob");
  LanMessageId id = { { 1 } }, offered = { { 2 } };
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  guint8 root[32] = { 1 };

  hand_meet (hand, bob);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpint (lan_core_send_text (hand->core, id_of (bob), &id, "once", &hand->now), ==,
                     LAN_STATUS_OK);
    hand_drain (hand);
  }
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE_STATE], ==, 2);
  offer.name = (char *) "a.txt";
  offer.root = (ProtobufCBinaryData){ sizeof root, root };
  offer.leaf_size = LAN_FILE_LEAF_BYTES;
  hand->found = TRUE;
  g_assert_cmpint (lan_core_offer_file (hand->core, id_of (bob), &offered, &offer, &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 1);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE_STATE], ==, 3);
  hand->found = FALSE;
  g_assert_cmpint (lan_core_offer_file (hand->core, id_of (bob), &offered, &offer, &hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (hand);
  g_assert_cmpuint (hand->n[LAN_CORE_MESSAGE], ==, 2);
  offer.leaf_size = 1;
  g_assert_cmpint (lan_core_offer_file (hand->core, id_of (bob), &offered, &offer, &hand->now), ==,
                   LAN_STATUS_MALFORMED);
  somebody_free (bob);
  hand_free (hand);
}

static void
test_commands (void)
{
  Hand *hand = hand_new ();
  Somebody *bob = somebody_new (hand, "Bob"), *nobody = somebody_new (hand, "Nobody");
  g_autofree char *big = g_strnfill (LAN_TEXT_MAX_BYTES + 1, 'x');
  LanMessageId id = { { 1 } };
  LanConversationId talk;
  const char *text;

#define SAY(to, what) lan_core_send_text (hand->core, id_of (to), &id, what, &hand->now)
  hand_meet (hand, bob);
  g_assert_cmpint (SAY (nobody, "x"), ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (SAY (hand->self, "x"), ==, LAN_STATUS_STATE);
  g_assert_cmpint (SAY (bob, ""), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (SAY (bob, "\xff"), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (SAY (bob, big), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (lan_core_get_person (hand->core, id_of (bob))->flags, ==, 0);
  g_assert_cmpint (lan_core_merge (hand->core, id_of (bob), id_of (bob), &hand->now), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (lan_core_open_conversation (hand->core, id_of (bob), &talk), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_core_set_draft (hand->core, &talk, "so far"), ==, LAN_STATUS_OK);
  g_assert_cmpstr (lan_core_get_conversation (hand->core, &talk)->draft, ==, "so far");
  g_assert_cmpint (lan_core_set_note (hand->core, id_of (bob), "third floor"), ==, LAN_STATUS_OK);
  g_assert_cmpint (
      lan_core_set_flags (hand->core, id_of (bob), LAN_PERSON_FAVOURITE | LAN_PERSON_BLOCKED, 0),
      ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_core_get_person (hand->core, id_of (bob))->flags, ==, LAN_PERSON_FAVOURITE);
  g_assert_cmpint (lan_core_verify (hand->core, id_of (bob), &hand->now), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_core_get_person (hand->core, id_of (bob))->trust, ==, LAN_TRUST_VERIFIED);
  g_assert_cmpint (lan_core_remove (hand->core, id_of (bob), &hand->now), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_core_block (hand->core, id_of (bob), TRUE, &hand->now), ==, LAN_STATUS_OK);
  g_assert_cmpint (SAY (bob, "x"), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_core_get_presence (hand->core, id_of (nobody), &text), ==,
                   LAN_PRESENCE_OFFLINE);
  g_assert_cmpstr (text, ==, "");
  hand_drain (hand);
  somebody_free (bob);
  somebody_free (nobody);
  hand_free (hand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/hlc", test_hlc);
  g_test_add_func ("/core/trust", test_trust);
  g_test_add_func ("/core/unidentified-T2", test_unidentified);
  g_test_add_func ("/core/identity-T1-T21", test_identity);
  g_test_add_func ("/core/device-lists", test_lists);
  g_test_add_func ("/core/records-T5", test_records);
  g_test_add_func ("/core/leaps-T7", test_leaps);
  g_test_add_func ("/core/commit-first", test_commit_first);
  g_test_add_func ("/core/vector-lies", test_vector_lies);
  g_test_add_func ("/core/many-strangers", test_many_strangers);
  g_test_add_func ("/core/many-requests", test_many_requests);
  g_test_add_func ("/core/rewinds", test_rewinds);
  g_test_add_func ("/core/identities", test_identities);
  g_test_add_func ("/core/same-id", test_same_id);
  g_test_add_func ("/core/commands", test_commands);
  add_attested_tests ();
  add_batch_tests ();
  add_mail_tests ();
  add_operate_tests ();
  add_pairing_tests ();
  return g_test_run ();
}
