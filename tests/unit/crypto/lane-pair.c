/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lane-pair.h"

#include <string.h>

static gboolean
on_accept (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  LanePair *p = data;

  return !p->refuse;
}

static gboolean
on_check_known (gpointer data, const guint8 remote_static[LAN_KEY_BYTES], const LanHello *hello)
{
  LanePair *p = data;

  g_assert_cmpmem (remote_static, LAN_KEY_BYTES, lan_device_keys_dh_public (p->alice.device),
                   LAN_KEY_BYTES);
  return lan_ts_compare (hello->ts, p->greatest_ts) > 0;
}

static gboolean
on_find_psk (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES],
             guint8 psk[LAN_KEY_BYTES])
{
  LanePair *p = data;

  memcpy (psk, p->psk, LAN_KEY_BYTES);
  return p->has_psk;
}

static gboolean
on_use_psk (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES])
{
  LanePair *p = data;
  gboolean had = p->has_psk;

  p->has_psk = FALSE;
  p->psk_used++;
  return had;
}

static const LanLaneListener callbacks = {
  .accept = on_accept,
  .check_known = on_check_known,
  .find_psk = on_find_psk,
  .use_psk = on_use_psk,
};

void
lane_pair_config (LanePair *p, gboolean dialer, LanLaneKind kind, LanLanePattern pattern,
                  LanLaneConfig *config)
{
  TestPerson *own = dialer ? &p->alice : &p->bob;

  *config = (LanLaneConfig){ .kind = kind,
                             .pattern = pattern,
                             .lane_id = { 1, 2, 3 },
                             .remote_public = lan_device_keys_dh_public (p->bob.device),
                             .psk = p->psk,
                             .listener = &callbacks,
                             .listener_data = p,
                             .local_secret = lan_device_keys_dh_secret (own->device),
                             .hello = { .list_seq = dialer ? 7 : 8, .caps = LAN_CAP_LINK },
                             .random = &own->random.base };
  lan_ts_next (config->hello.ts, NULL, 1700000000000 + p->now_us / 1000);
}

void
lane_pair_init (LanePair *p, LanLaneKind kind, LanLanePattern pattern)
{
  LanLaneConfig config;

  memset (p, 0, sizeof *p);
  p->now_us = 1000000;
  test_person_init (&p->alice, 11);
  test_person_init (&p->bob, 12);
  memset (p->psk, 0x55, sizeof p->psk);
  p->has_psk = TRUE;
  lane_pair_config (p, TRUE, kind, pattern, &config);
  p->dialer = lan_lane_new_dialer (&config, p->now_us);
  lane_pair_config (p, FALSE, kind, pattern, &config);
  p->listener = lan_lane_new_listener (&config, p->now_us);
  g_assert_true (p->dialer != NULL && p->listener != NULL);
}

void
lane_pair_drop_events (LanePair *p)
{
  for (guint side = 0; side < 2; side++) {
    for (guint i = 0; i < p->n_events[side]; i++)
      lan_lane_event_clear (&p->events[side][i]);
    p->n_events[side] = 0;
  }
}

void
lane_pair_clear (LanePair *p)
{
  lane_pair_drop_events (p);
  lan_lane_free (p->dialer);
  lan_lane_free (p->listener);
  test_person_clear (&p->alice);
  test_person_clear (&p->bob);
}

static void
collect (LanePair *p, guint side, LanLane *lane)
{
  while (p->n_events[side] < G_N_ELEMENTS (p->events[side]) &&
         lan_lane_next_event (lane, &p->events[side][p->n_events[side]]))
    p->n_events[side]++;
}

static gboolean
move (LanePair *p, LanLane *from, LanLane *to, guint to_side)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (from);
  const guint8 *data;
  gsize len, n;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &len);
  for (gsize at = 0; at < len; at += n) {
    g_autofree guint8 *exact = NULL;

    /* From a block of exactly its size, so that an over-read is seen. */
    n = p->chunk > 0 ? MIN (p->chunk, len - at) : len - at;
    exact = g_memdup2 (data + at, n);
    if (lan_lane_feed (to, exact, n, p->now_us) != LAN_STATUS_OK)
      break;
    collect (p, to_side, to);
  }
  collect (p, to_side, to);
  return TRUE;
}

void
lane_pair_pump (LanePair *p)
{
  gboolean busy = TRUE;

  collect (p, 0, p->dialer);
  collect (p, 1, p->listener);
  while (busy) {
    busy = move (p, p->dialer, p->listener, 1);
    busy = move (p, p->listener, p->dialer, 0) || busy;
  }
}

void
lane_pair_establish (LanePair *p, LanLaneKind kind, LanLanePattern pattern)
{
  lane_pair_init (p, kind, pattern);
  lane_pair_pump (p);
  g_assert_cmpuint (p->n_events[0], ==, 1);
  g_assert_cmpuint (p->n_events[1], ==, 1);
  g_assert_cmpint (p->events[0][0].type, ==, LAN_LANE_ESTABLISHED);
  g_assert_cmpint (p->events[1][0].type, ==, LAN_LANE_ESTABLISHED);
  lane_pair_drop_events (p);
}
