/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Mail, step by step: what a bundle must be before anything is sealed with it, and that nothing is
 * told or acknowledged before it is on disk. The stories are in tests/scenario/test-mail.c.
 */
#include "hand.h"
#include "test-core.h"

#include "lan-envelope.h"
#include "lan-mail.h"
#include "lan-prekey.h"

#include <string.h>

#define WAIT_MS 3500 /* for a channel that does not come */

typedef struct {
  Hand *hand;
  Somebody *bob;
  guint8 bob_secret[LAN_KEY_BYTES];
  guint8 bob_public[LAN_KEY_BYTES];
  guint8 deposit_id[LAN_MAIL_ID_BYTES];
  GBytes *envelope; /* the last that was given out */
  GBytes *signed_prekey;
  GBytes *one_time;
  LanMessageState told;
  guint n_said;
} Fixture;

static void
keep (GBytes **to, GBytes *from)
{
  if (from == NULL)
    return;
  g_clear_pointer (to, g_bytes_unref);
  *to = g_bytes_ref (from);
}

static void
on_action (Hand *hand, LanCoreAction *action, gpointer data)
{
  Fixture *f = data;

  if (action->type == LAN_CORE_DEPOSIT) {
    memcpy (f->deposit_id, action->deposit.id, sizeof f->deposit_id);
    keep (&f->envelope, action->deposit.envelope);
  } else if (action->type == LAN_CORE_PUBLISH_PREKEYS) {
    keep (&f->signed_prekey, action->prekeys.signed_prekey);
    keep (&f->one_time, action->prekeys.one_time);
  } else if (action->type == LAN_CORE_MESSAGE_STATE) {
    f->told = action->state.state;
  }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  guint64 channel;

  f->hand = hand_new ();
  f->hand->on_action = on_action;
  f->hand->on_action_data = f;
  f->bob = somebody_new (f->hand, "Bob");
  lan_prekey_make_pair (f->bob_secret, f->bob_public, &f->hand->random.base);
  channel = hand_meet (f->hand, f->bob);
  (void) !lan_core_accept (f->hand->core, id_of (f->bob), &f->hand->now);
  hand_drain (f->hand);
  lan_core_channel_down (f->hand->core, channel, &f->hand->now);
  lan_core_set_mailbox (f->hand->core, LAN_MAILBOX_OPEN, &f->hand->now);
  lan_core_prekeys_left (f->hand->core, 0, 0, &f->hand->now);
  hand_drain (f->hand);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->envelope, g_bytes_unref);
  g_clear_pointer (&f->signed_prekey, g_bytes_unref);
  g_clear_pointer (&f->one_time, g_bytes_unref);
  somebody_free (f->bob);
  hand_free (f->hand);
}

static void
say (Fixture *f)
{
  LanMessageId id = { { 9 } };

  f->n_said++;
  memcpy (id.b + 1, &f->n_said, sizeof f->n_said);
  g_assert_cmpint (lan_core_send_text (f->hand->core, id_of (f->bob), &id, "ping", &f->hand->now),
                   ==, LAN_STATUS_OK);
  hand_drain (f->hand);
}

static GBytes *
prekey_of (Fixture *f, const LanDeviceKeys *device, gint64 age_s)
{
  gint64 made_s = f->hand->now.wall_ms / 1000 - age_s;

  return lan_prekey_issue (device, 3, f->bob_public, made_s, made_s + LAN_PREKEY_LIFE_SECONDS);
}

static void
give_bundle (Fixture *f, GBytes *prekey)
{
  lan_core_bundle (f->hand->core, lan_device_keys_id (f->bob->device), prekey, NULL, &f->hand->now);
  hand_drain (f->hand);
}

static void
test_waits_for_a_channel (Fixture *f, gconstpointer data)
{
  say (f);
  hand_advance (f->hand, 2000);
  g_assert_cmpuint (f->hand->n[LAN_CORE_WANT_BUNDLE], ==, 0);
  hand_meet (f->hand, f->bob);
  hand_advance (f->hand, WAIT_MS);
  g_assert_cmpuint (f->hand->n[LAN_CORE_WANT_BUNDLE], ==, 0);
}

static void
test_bad_bundles (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) good = prekey_of (f, f->bob->device, 0);
  g_autoptr (GBytes) mine = prekey_of (f, f->hand->self->device, 0);
  g_autoptr (GBytes) old = prekey_of (f, f->bob->device, LAN_PREKEY_LIFE_SECONDS + 3 * 86400);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (good, NULL), LAN_PREKEY_BYTES);
  g_autoptr (GBytes) bent = NULL;
  GBytes *bad[3];

  bytes[20] ^= 1;
  bent = g_bytes_new (bytes, LAN_PREKEY_BYTES);
  bad[0] = mine;
  bad[1] = old;
  bad[2] = bent;
  say (f);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    hand_advance (f->hand, i == 0 ? WAIT_MS : 3601 * 1000);
    g_assert_cmpuint (f->hand->n[LAN_CORE_WANT_BUNDLE], ==, i + 1);
    give_bundle (f, bad[i]);
    g_assert_cmpuint (f->hand->n[LAN_CORE_DEPOSIT], ==, 0);
  }
  /* One that nobody asked for is worth nothing either. */
  give_bundle (f, good);
  g_assert_cmpuint (f->hand->n[LAN_CORE_DEPOSIT], ==, 0);
  hand_advance (f->hand, 3601 * 1000);
  give_bundle (f, good);
  g_assert_cmpuint (f->hand->n[LAN_CORE_DEPOSIT], ==, 1);
}

/* What goes out opens with the other's keys, and holds the record; the state waits for the disk. */
static void
test_left_after_commit (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) prekey = prekey_of (f, f->bob->device, 0);
  g_auto (LanEnvelopeBody) body = { 0 };
  const LanRecordRow *row;

  say (f);
  row = g_ptr_array_index (f->hand->rows, f->hand->rows->len - 1);
  hand_advance (f->hand, WAIT_MS);
  give_bundle (f, prekey);
  g_assert_cmpint (lan_envelope_open (g_bytes_get_data (f->envelope, NULL),
                                      g_bytes_get_size (f->envelope), f->bob->device, f->bob_secret,
                                      NULL, &body),
                   ==, LAN_STATUS_OK);
  g_assert_cmpuint (body.records->len, ==, 1);
  g_assert_true (g_bytes_equal (g_ptr_array_index (body.records, 0), row->blob));
  f->hand->hold_commits = TRUE;
  lan_core_deposit_stored (f->hand->core, f->deposit_id, &f->hand->now);
  hand_advance (f->hand, 200);
  g_assert_cmpint (f->told, !=, LAN_MESSAGE_MAILBOX);
  lan_core_committed (f->hand->core, f->hand->held_batch, TRUE, &f->hand->now);
  hand_drain (f->hand);
  g_assert_cmpint (f->told, ==, LAN_MESSAGE_MAILBOX);
  g_assert_cmpint (lan_core_record_state (f->hand->core, row), ==, LAN_MESSAGE_MAILBOX);
}

static void
send_mail (Fixture *f, guint64 id, GBytes *record)
{
  LanEnvelopeTo to = { .account = *id_of (f->hand->self),
                       .device = *lan_device_keys_id (f->hand->self->device) };
  g_autoptr (GBytes) envelope = NULL;
  LanOneTimePrekey once;
  LanPrekey prekey;

  g_assert_cmpint (
      lan_prekey_decode (&prekey, g_bytes_get_data (f->signed_prekey, NULL), LAN_PREKEY_BYTES), ==,
      LAN_STATUS_OK);
  g_assert_cmpint (
      lan_one_time_decode (&once, g_bytes_get_data (f->one_time, NULL), LAN_ONE_TIME_BYTES), ==,
      LAN_STATUS_OK);
  memcpy (to.dh_public, lan_device_keys_dh_public (f->hand->self->device), LAN_KEY_BYTES);
  to.signed_id = prekey.id;
  memcpy (to.signed_public, prekey.public_key, LAN_KEY_BYTES);
  to.one_time_id = once.id;
  memcpy (to.one_time_public, once.public_key, LAN_KEY_BYTES);
  g_assert_cmpint (
      lan_envelope_seal (&to, f->bob->device, 1, &record, 1, &f->hand->random.base, &envelope), ==,
      LAN_STATUS_OK);
  lan_core_mail (f->hand->core, id, envelope, &f->hand->now);
  hand_drain (f->hand);
  g_bytes_unref (record);
}

static void
test_acknowledged_after_commit (Fixture *f, gconstpointer data)
{
  f->hand->hold_commits = TRUE;
  send_mail (f, 5, hand_record (f->bob, id_of (f->hand->self), "hello", NULL, NULL));
  g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE] + f->hand->n[LAN_CORE_MAIL_ACK], ==, 0);
  lan_core_committed (f->hand->core, f->hand->held_batch, TRUE, &f->hand->now);
  hand_drain (f->hand);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE], ==, 1);
  /* The one-time key goes with a commit of its own first. */
  g_assert_cmpuint (f->hand->n[LAN_CORE_MAIL_ACK], ==, 0);
  lan_core_committed (f->hand->core, f->hand->held_batch, FALSE, &f->hand->now);
  hand_drain (f->hand);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MAIL_ACK], ==, 0);
  f->hand->hold_commits = FALSE;
  hand_advance (f->hand, 10 * 1000);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MAIL_ACK], ==, 1);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE], ==, 1);
  /* The same key again: it is gone, and so is whatever was sealed with it. */
  send_mail (f, 6, hand_record (f->bob, id_of (f->hand->self), "again", NULL, NULL));
  g_assert_cmpuint (f->hand->n[LAN_CORE_MAIL_ACK], ==, 2);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE], ==, 1);
}

static void
test_blocked (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (lan_core_block (f->hand->core, id_of (f->bob), TRUE, &f->hand->now), ==,
                   LAN_STATUS_OK);
  hand_drain (f->hand);
  send_mail (f, 5, hand_record (f->bob, id_of (f->hand->self), "hello", NULL, NULL));
  g_assert_cmpuint (f->hand->n[LAN_CORE_MESSAGE], ==, 0);
  g_assert_cmpuint (f->hand->n[LAN_CORE_MAIL_ACK], ==, 1);
}

void
add_mail_tests (void)
{
#define ADD(name, func) g_test_add ("/core/mail/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("waits-for-a-channel", test_waits_for_a_channel);
  ADD ("bad-bundles", test_bad_bundles);
  ADD ("left-after-commit", test_left_after_commit);
  ADD ("acknowledged-after-commit", test_acknowledged_after_commit);
  ADD ("blocked", test_blocked);
#undef ADD
}
