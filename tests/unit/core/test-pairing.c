/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A new device and an old one, both ends of a lane that is played by hand. */
#include "hand.h"
#include "test-core.h"

#include "lan-pairing.h"

#include <string.h>

typedef struct {
  LanSeededRandom random;
  LanAccountKeys *account;
  LanDeviceKeys *old_keys;
  LanDeviceKeys *provisional; /* the new device's, before it is somebody's */
  LanDeviceKeys *new_keys;    /* the same keys, of the account */
  GBytes *list;
  GBytes *cert;
  LanPairing *new;
  LanPairing *old;
  gint64 now;
  gboolean lane;
  guint dials, grants, adopts;
} Pair;

static void
pair_init (Pair *p, gboolean full)
{
  LanDeviceList list = { .seq = 1, .time_s = 1000, .n_devices = 1 };
  g_autoptr (LanAccountKeys) nobody = NULL;

  memset (p, 0, sizeof *p);
  lan_seeded_random_init (&p->random, 3);
  p->account = lan_account_keys_new (&p->random.base);
  nobody = lan_account_keys_new (&p->random.base);
  p->old_keys = lan_device_keys_new (lan_account_keys_id (p->account), &p->random.base);
  p->provisional = lan_device_keys_new (lan_account_keys_id (nobody), &p->random.base);
  p->new_keys = lan_device_keys_new_from_seeds (lan_account_keys_id (p->account),
                                                lan_device_keys_sign_seed (p->provisional),
                                                lan_device_keys_dh_secret (p->provisional));
  p->cert = lan_cert_issue (p->account, p->old_keys, "Anna", 1000, 2000, 1, 0);
  list.account = *lan_account_keys_id (p->account);
  list.devices[0].device = *lan_device_keys_id (p->old_keys);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (p->cert, NULL),
                 g_bytes_get_size (p->cert));
  p->list = lan_device_list_issue (&list, p->account);
  p->now = 1000000;
  p->new = lan_pairing_new_for_new (lan_device_keys_sign_public (p->provisional),
                                    lan_device_keys_dh_public (p->provisional), "laptop",
                                    &p->random.base, p->now);
  p->old = lan_pairing_new_for_old (lan_pairing_get_code (p->new), p->list, &p->cert, 1, "desk",
                                    full, p->now);
}

static void
pair_clear (Pair *p)
{
  lan_pairing_free (p->new);
  lan_pairing_free (p->old);
  lan_account_keys_free (p->account);
  lan_device_keys_free (p->old_keys);
  lan_device_keys_free (p->provisional);
  lan_device_keys_free (p->new_keys);
  g_bytes_unref (p->list);
  g_bytes_unref (p->cert);
}

static void
lane_up (Pair *p)
{
  g_assert_true (lan_pairing_tried (p->new));
  lan_pairing_proved (p->new);
  g_assert_true (lan_pairing_lane_up (p->new, lan_device_keys_dh_public (p->old_keys), p->now));
  g_assert_true (lan_pairing_lane_up (p->old, lan_device_keys_dh_public (p->provisional), p->now));
  p->lane = TRUE;
}

static void
lane_down (Pair *p)
{
  p->lane = FALSE;
  lan_pairing_lane_down (p->new, p->now);
  lan_pairing_lane_down (p->old, p->now);
}

/* Signs and keeps a list, as the old device's vault does. */
static void
grant (Pair *p, GBytes *request)
{
  Lanyard__DeviceGrant body = LANYARD__DEVICE_GRANT__INIT;
  g_autoptr (GBytes) cert = lan_cert_complete (p->account, request);
  g_autoptr (GBytes) list_bytes = NULL;
  ProtobufCBinaryData certs[2];
  LanDeviceList list;
  LanCert decoded;
  gsize len;
  const guint8 *data = g_bytes_get_data (p->list, &len);

  p->grants++;
  g_assert_nonnull (cert);
  g_assert_cmpint (lan_device_list_decode (&list, data, len), ==, LAN_STATUS_OK);
  lan_device_list_hash (&list.previous, data, len);
  list.seq++;
  data = g_bytes_get_data (cert, &len);
  g_assert_cmpint (lan_cert_verify (&decoded, data, len), ==, LAN_STATUS_OK);
  list.devices[list.n_devices].device = decoded.device;
  lan_cert_hash (&list.devices[list.n_devices++].cert_hash, data, len);
  list_bytes = lan_device_list_issue (&list, p->account);
  certs[0] = (ProtobufCBinaryData){ g_bytes_get_size (p->cert),
                                    (guint8 *) g_bytes_get_data (p->cert, NULL) };
  certs[1] = (ProtobufCBinaryData){ len, (guint8 *) data };
  body.certs = certs;
  body.n_certs = 2;
  if (lan_pairing_get_full (p->old))
    body.seed =
        (ProtobufCBinaryData){ LAN_KEY_BYTES, (guint8 *) lan_account_keys_seed (p->account) };
  lan_pairing_granted (p->old, list_bytes, &body, LAN_PAIRING_FAIL_NONE);
}

static void
carry_out (Pair *p, LanPairing *from, LanPairing *to, LanPairingAction *action)
{
  switch (action->type) {
  case LAN_PAIRING_SEND:
    if (p->lane)
      lan_pairing_frame (to, g_bytes_get_data (action->bytes, NULL),
                         g_bytes_get_size (action->bytes), p->now);
    break;
  case LAN_PAIRING_DIAL:
    p->dials++;
    break;
  case LAN_PAIRING_GRANT:
    grant (p, action->bytes);
    break;
  case LAN_PAIRING_ADOPT:
    p->adopts++;
    lan_pairing_adopted (p->new, TRUE);
    break;
  case LAN_PAIRING_CLOSE:
  case LAN_PAIRING_STATE:
    break;
  }
}

/* @steps: actions carried out at the most. Returns: how many there were. */
static guint
run (Pair *p, guint steps)
{
  guint done = 0;

  for (gboolean any = TRUE; any && done < steps;) {
    any = FALSE;
    for (guint side = 0; side < 2 && done < steps; side++) {
      LanPairing *from = side == 0 ? p->new : p->old, *to = side == 0 ? p->old : p->new;
      g_auto (LanPairingAction) action = { 0 };

      if (!lan_pairing_next_action (from, &action))
        continue;
      any = TRUE;
      done++;
      carry_out (p, from, to, &action);
    }
  }
  return done;
}

static void
say_yes (Pair *p)
{
  if (lan_pairing_get_state (p->old) == LAN_PAIRING_CONFIRM)
    lan_pairing_confirm (p->old, NULL);
  if (lan_pairing_get_state (p->new) == LAN_PAIRING_CONFIRM) {
    g_autoptr (GBytes) request = lan_cert_request (p->new_keys, "Anna", 1000, 2000, 0, 0);

    g_assert_true (
        lan_account_id_equal (lan_pairing_get_account (p->new), lan_account_keys_id (p->account)));
    lan_pairing_confirm (p->new, request);
  }
}

static void
test_whole (gconstpointer data)
{
  gboolean full = GPOINTER_TO_INT (data);
  const Lanyard__DeviceGrant *granted;
  Pair p;

  pair_init (&p, full);
  run (&p, 100);
  g_assert_cmpuint (p.dials, ==, 1);
  lane_up (&p);
  run (&p, 100);
  g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_CONFIRM);
  g_assert_cmpint (lan_pairing_get_state (p.old), ==, LAN_PAIRING_CONFIRM);
  g_assert_cmpstr (lan_pairing_get_other_name (p.old), ==, "laptop");
  g_assert_cmpstr (lan_pairing_get_other_name (p.new), ==, "desk");
  g_assert_cmpstr (lan_pairing_get_person_name (p.new), ==, "Anna");
  say_yes (&p);
  run (&p, 100);
  g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_DONE);
  g_assert_cmpint (lan_pairing_get_state (p.old), ==, LAN_PAIRING_DONE);
  granted = lan_pairing_get_grant (p.new);
  g_assert_cmpuint (granted->seed.len, ==, full ? LAN_KEY_BYTES : 0);
  g_assert_cmpuint (p.grants, ==, 1);
  pair_clear (&p);
}

/* Cut after every single step: the two go on where they were, and grant and adopt once. */
static void
test_cut (void)
{
  for (guint cut = 1; cut < 30; cut++) {
    Pair p;

    pair_init (&p, TRUE);
    run (&p, 100);
    lane_up (&p);
    if (run (&p, cut) == cut)
      lane_down (&p);
    for (guint round = 0; round < 4; round++) {
      p.now += LAN_PAIRING_REDIAL_US;
      lan_pairing_advance (p.old, p.now);
      run (&p, 100);
      /* The last word was lost: the new device is seen as one of the person's. */
      if (!p.lane && lan_pairing_get_state (p.new) == LAN_PAIRING_DONE)
        lan_pairing_seen (p.old, lan_device_keys_dh_public (p.new_keys));
      else if (!p.lane)
        lane_up (&p);
      run (&p, 100);
      say_yes (&p);
      if (round == 0 && cut % 2 == 0) {
        run (&p, cut / 2);
        lane_down (&p);
      }
      run (&p, 100);
    }
    g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_DONE);
    g_assert_cmpint (lan_pairing_get_state (p.old), ==, LAN_PAIRING_DONE);
    g_assert_cmpuint (p.grants, ==, 1);
    g_assert_cmpuint (p.adopts, ==, 1);
    pair_clear (&p);
  }
}

/* T32: two wrong tries, and the right one comes too late. */
static void
test_wrong_tries (void)
{
  Pair p;

  pair_init (&p, TRUE);
  g_assert_true (lan_pairing_tried (p.new));
  g_assert_true (lan_pairing_tried (p.new));
  g_assert_false (lan_pairing_tried (p.new));
  g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_FAILED);
  g_assert_cmpint (lan_pairing_get_fail (p.new), ==, LAN_PAIRING_FAIL_WRONG_CODE);
  g_assert_false (lan_pairing_lane_up (p.new, lan_device_keys_dh_public (p.old_keys), p.now));
  pair_clear (&p);
  /* One wrong, then the right one. */
  pair_init (&p, TRUE);
  g_assert_true (lan_pairing_tried (p.new));
  lane_up (&p);
  run (&p, 100);
  g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_CONFIRM);
  /* Used: another computer that knows the code as well is not let in. */
  g_assert_false (lan_pairing_lane_up (p.new, lan_device_keys_dh_public (p.new_keys), p.now));
  pair_clear (&p);
}

static void
test_expires (void)
{
  Pair p;

  pair_init (&p, TRUE);
  run (&p, 100);
  lan_pairing_advance (p.new, p.now + LAN_LINK_CODE_LIFE_US - 1);
  g_assert_cmpint (lan_pairing_get_state (p.new), ==, LAN_PAIRING_WAITING);
  lan_pairing_advance (p.new, p.now + LAN_LINK_CODE_LIFE_US);
  g_assert_cmpint (lan_pairing_get_fail (p.new), ==, LAN_PAIRING_FAIL_EXPIRED);
  g_assert_false (lan_pairing_tried (p.new));
  pair_clear (&p);
}

static void
test_refused (void)
{
  Pair p;

  pair_init (&p, TRUE);
  run (&p, 100);
  lane_up (&p);
  run (&p, 100);
  lan_pairing_cancel (p.old);
  run (&p, 100);
  g_assert_cmpint (lan_pairing_get_fail (p.new), ==, LAN_PAIRING_FAIL_REFUSED);
  g_assert_cmpuint (p.grants, ==, 0);
  pair_clear (&p);
  /* The new device's keys are not those of the code that was scanned. */
  pair_init (&p, TRUE);
  run (&p, 100);
  g_assert_true (lan_pairing_lane_up (p.new, lan_device_keys_dh_public (p.old_keys), p.now));
  g_assert_true (lan_pairing_lane_up (p.old, lan_device_keys_dh_public (p.old_keys), p.now));
  p.lane = TRUE;
  run (&p, 100);
  g_assert_cmpint (lan_pairing_get_fail (p.old), ==, LAN_PAIRING_FAIL_INVALID);
  pair_clear (&p);
}

void
add_pairing_tests (void)
{
  g_test_add_data_func ("/core/pairing/full", GINT_TO_POINTER (TRUE), test_whole);
  g_test_add_data_func ("/core/pairing/limited", GINT_TO_POINTER (FALSE), test_whole);
  g_test_add_func ("/core/pairing/cut", test_cut);
  g_test_add_func ("/core/pairing/wrong-tries-T32", test_wrong_tries);
  g_test_add_func ("/core/pairing/expires", test_expires);
  g_test_add_func ("/core/pairing/refused", test_refused);
}
