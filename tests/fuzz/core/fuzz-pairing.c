/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Both ends of a pairing on one lane. Byte by byte: what the lane, the people and the disks do; a
 * frame under way may be bent, lost or told twice, and raw bytes may come in its place.
 */
#include "lan-bytes.h"
#include "lan-pairing.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  LanReader in;
  LanAccountKeys *account;
  LanDeviceKeys *old_keys, *fresh, *ours;
  GBytes *list, *cert;
  LanPairing *ends[2]; /* new, old */
  gint64 now;
  gboolean bend;
} Run;

static void
make (Run *run, const LanRandom *random, guint8 how)
{
  LanDeviceList list = { .seq = 1, .time_s = 1000, .n_devices = 1 };
  g_autoptr (LanAccountKeys) nobody = lan_account_keys_new (random);

  run->account = lan_account_keys_new (random);
  run->old_keys = lan_device_keys_new (lan_account_keys_id (run->account), random);
  run->fresh = lan_device_keys_new (lan_account_keys_id (nobody), random);
  run->ours = lan_device_keys_new_from_seeds (lan_account_keys_id (run->account),
                                              lan_device_keys_sign_seed (run->fresh),
                                              lan_device_keys_dh_secret (run->fresh));
  run->cert = lan_cert_issue (run->account, run->old_keys, "Anna", 1000, 2000, 1, 0);
  list.account = *lan_account_keys_id (run->account);
  list.devices[0].device = *lan_device_keys_id (run->old_keys);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (run->cert, NULL),
                 g_bytes_get_size (run->cert));
  run->list = lan_device_list_issue (&list, run->account);
  run->now = 1000000;
  run->ends[0] =
      lan_pairing_new_for_new (lan_device_keys_sign_public (run->fresh),
                               lan_device_keys_dh_public (run->fresh), "new", random, run->now);
  run->ends[1] = lan_pairing_new_for_old (lan_pairing_get_code (run->ends[0]), run->list,
                                          &run->cert, 1, "old", how & 1, run->now);
}

static void
grant (Run *run, GBytes *request)
{
  Lanyard__DeviceGrant body = LANYARD__DEVICE_GRANT__INIT;
  g_autoptr (GBytes) cert = lan_cert_complete (run->account, request);
  g_autoptr (GBytes) bytes = NULL;
  ProtobufCBinaryData data;
  LanDeviceList list;
  LanCert decoded;
  gsize len;

  if (cert == NULL || (lan_read_u8 (&run->in) & 7) == 7) {
    lan_pairing_granted (run->ends[1], NULL, NULL, LAN_PAIRING_FAIL_LIMIT);
    return;
  }
  g_assert (lan_device_list_decode (&list, g_bytes_get_data (run->list, NULL),
                                    g_bytes_get_size (run->list)) == LAN_STATUS_OK);
  g_assert (lan_cert_verify (&decoded, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert)) ==
            LAN_STATUS_OK);
  list.seq = 2;
  list.previous.b[0] = 1;
  list.devices[1].device = decoded.device;
  lan_cert_hash (&list.devices[1].cert_hash, g_bytes_get_data (cert, NULL),
                 g_bytes_get_size (cert));
  list.n_devices = 2;
  bytes = lan_device_list_issue (&list, run->account);
  data.data = (guint8 *) g_bytes_get_data (cert, &len);
  data.len = len;
  body.certs = &data;
  body.n_certs = 1;
  if (lan_pairing_get_full (run->ends[1]))
    body.seed =
        (ProtobufCBinaryData){ LAN_KEY_BYTES, (guint8 *) lan_account_keys_seed (run->account) };
  lan_pairing_granted (run->ends[1], bytes, &body, LAN_PAIRING_FAIL_NONE);
}

static void
deliver (Run *run, LanPairing *to, GBytes *bytes)
{
  gsize len;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  len = g_bytes_get_size (bytes);
  if (run->bend && len > 0)
    copy[lan_read_u16 (&run->in) % len] ^= (guint8) (lan_read_u8 (&run->in) | 1);
  run->bend = FALSE;
  lan_pairing_frame (to, copy, len, run->now);
}

static void
drain (Run *run)
{
  for (guint guard = 0; guard < 100; guard++) {
    gboolean any = FALSE;

    for (guint i = 0; i < 2; i++) {
      g_auto (LanPairingAction) action = { 0 };

      if (!lan_pairing_next_action (run->ends[i], &action))
        continue;
      any = TRUE;
      if (action.type == LAN_PAIRING_SEND)
        deliver (run, run->ends[1 - i], action.bytes);
      else if (action.type == LAN_PAIRING_GRANT)
        grant (run, action.bytes);
      else if (action.type == LAN_PAIRING_ADOPT)
        lan_pairing_adopted (run->ends[0], (lan_read_u8 (&run->in) & 3) != 3);
    }
    if (!any)
      return;
  }
}

static void
lane_up (Run *run)
{
  if (lan_pairing_tried (run->ends[0]))
    lan_pairing_proved (run->ends[0]);
  if (!lan_pairing_lane_up (run->ends[0], lan_device_keys_dh_public (run->old_keys), run->now) ||
      !lan_pairing_lane_up (run->ends[1], lan_device_keys_dh_public (run->fresh), run->now))
    return;
}

static void
step (Run *run, guint8 op)
{
  g_autoptr (GBytes) request = NULL;
  guint n;
  const guint8 *raw;

  switch (op % 11) {
  case 0:
    lane_up (run);
    break;
  case 1:
    lan_pairing_lane_down (run->ends[0], run->now);
    lan_pairing_lane_down (run->ends[1], run->now);
    break;
  case 2:
    request = lan_cert_request (run->ours, "Anna", 1000, 2000, 0, 0);
    lan_pairing_confirm (run->ends[0], request);
    break;
  case 3:
    lan_pairing_confirm (run->ends[1], NULL);
    break;
  case 4:
    lan_pairing_cancel (run->ends[op / 11 & 1]);
    break;
  case 5:
    run->now += (gint64) lan_read_u8 (&run->in) * 1000000;
    lan_pairing_advance (run->ends[0], run->now);
    lan_pairing_advance (run->ends[1], run->now);
    break;
  case 6:
    (void) !lan_pairing_tried (run->ends[0]);
    break;
  case 7:
    run->bend = TRUE;
    break;
  case 8:
    lan_pairing_seen (run->ends[1], lan_device_keys_dh_public (run->fresh));
    break;
  case 9: /* another computer's lane */
    (void) !lan_pairing_lane_up (run->ends[op / 11 & 1], lan_device_keys_sign_public (run->ours),
                                 run->now);
    break;
  default:
    n = lan_read_u8 (&run->in);
    raw = lan_read_span (&run->in, n);
    if (raw != NULL)
      lan_pairing_frame (run->ends[op / 11 & 1], raw, n, run->now);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanSeededRandom random;
  Run run = { 0 };
  guint8 how;

  lan_seeded_random_init (&random, 1);
  lan_reader_init (&run.in, data, size);
  how = lan_read_u8 (&run.in);
  make (&run, &random.base, how);
  for (guint i = 0; i < 60 && !run.in.failed && !lan_reader_done (&run.in); i++) {
    step (&run, lan_read_u8 (&run.in));
    drain (&run);
    g_assert (lan_pairing_get_state (run.ends[0]) <= LAN_PAIRING_FAILED);
    g_assert (lan_pairing_get_state (run.ends[0]) < LAN_PAIRING_CONFIRM ||
              lan_pairing_get_state (run.ends[0]) == LAN_PAIRING_FAILED ||
              lan_pairing_get_person_name (run.ends[0]) != NULL);
  }
  lan_pairing_free (run.ends[0]);
  lan_pairing_free (run.ends[1]);
  lan_account_keys_free (run.account);
  lan_device_keys_free (run.old_keys);
  lan_device_keys_free (run.fresh);
  lan_device_keys_free (run.ours);
  g_bytes_unref (run.list);
  g_bytes_unref (run.cert);
  return 0;
}
