/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A link's two sessions, driven by a script of operations, each one byte and its arguments: what is
 * sent, changed on the way, repeated, held back, invented; time that passes; rekeys and jumps. Two
 * honest ends must never crash, never accept a packet twice, and always be able to talk again.
 */
#include "lan-bytes.h"
#include "lan-datagram-session.h"
#include "lan-deadlines.h"
#include "lan-identity.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define HELD 4

typedef struct {
  LanDatagramSession *side[2];
  gint64 now_us;
  guint8 held[HELD][LAN_DATAGRAM_MAX];
  gsize held_len[HELD];
  guint next_held;
} World;

static LanDatagramSession *
side_new (gboolean initiator, LanSeededRandom *random)
{
  guint8 secrets[2][LAN_KEY_BYTES] = { { 1 }, { 2 } }, remote[LAN_KEY_BYTES];

  lan_dh_public_from_secret (remote, secrets[initiator]);
  return lan_datagram_session_new (&(LanDatagramConfig){ .is_initiator = initiator,
                                                         .local_secret = secrets[!initiator],
                                                         .remote_public = remote,
                                                         .random = &random->base },
                                   0);
}

static LanStatus
deliver (World *w, guint to, const guint8 *packet, gsize len)
{
  g_autofree guint8 *exact = g_memdup2 (packet, len), *out = g_malloc (len + 1);
  LanDatagramIn in;
  LanStatus status = lan_datagram_session_receive (w->side[to], exact, len, out, &in, w->now_us);

  if (status == LAN_STATUS_OK && in.is_data) {
    g_assert (in.len + LAN_DATAGRAM_OVERHEAD == len);
    g_assert (lan_datagram_session_receive (w->side[to], exact, len, out, &in, w->now_us) !=
              LAN_STATUS_OK);
  }
  return status;
}

static void
hold (World *w, const guint8 *packet, gsize len)
{
  guint slot = w->next_held++ % HELD;

  memcpy (w->held[slot], packet, len);
  w->held_len[slot] = len;
}

/* Carries everything that waits, so that both sides end in peace. */
static void
settle (World *w)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  gsize len;
  gboolean busy = TRUE;

  for (guint round = 0; busy && round < 20; round++) {
    busy = FALSE;
    for (guint from = 0; from < 2; from++)
      while ((len = lan_datagram_session_take_packet (w->side[from], packet)) > 0) {
        deliver (w, 1 - from, packet, len);
        busy = TRUE;
      }
  }
}

static void
send_data (World *w, guint from, gsize len, gboolean keep)
{
  guint8 packet[LAN_DATAGRAM_MAX] = { 0 };
  gsize packet_len;

  if (lan_datagram_session_seal (w->side[from], LAN_DATAGRAM_LANE_MEDIA,
                                 packet + LAN_DATAGRAM_HEADROOM, len, packet, &packet_len,
                                 w->now_us) != LAN_STATUS_OK)
    return;
  if (keep)
    hold (w, packet, packet_len);
  else
    deliver (w, 1 - from, packet, packet_len);
}

static void
run_op (World *w, LanReader *r)
{
  guint8 op = lan_read_u8 (r), arg = lan_read_u8 (r), packet[LAN_DATAGRAM_CONTROL_MAX];
  guint side = op & 1, slot = arg % HELD;
  const guint8 *span;
  gsize len;

  switch (op >> 1 & 7) {
  case 0: /* an invented packet */
    span = lan_read_span (r, arg);
    if (span != NULL)
      deliver (w, side, span, arg);
    break;
  case 1: /* a control packet is held back */
    len = lan_datagram_session_take_packet (w->side[side], packet);
    if (len > 0)
      hold (w, packet, len);
    break;
  case 2: /* a held packet arrives, maybe again */
    deliver (w, side, w->held[slot], w->held_len[slot]);
    break;
  case 3: /* a held packet is changed */
    len = w->held_len[slot];
    span = lan_read_span (r, 2);
    if (len > 0 && span != NULL)
      w->held[slot][span[0] % len] ^= span[1];
    break;
  case 4:
    send_data (w, side, arg, FALSE);
    break;
  case 5:
    send_data (w, side, arg, TRUE);
    break;
  case 6: /* time passes */
    w->now_us += (gint64) arg * arg * 20000;
    lan_datagram_session_advance (w->side[0], w->now_us);
    lan_datagram_session_advance (w->side[1], w->now_us);
    break;
  default:
    if (arg % 3 == 0)
      lan_datagram_session_jump (w->side[side], w->now_us);
    else if (arg % 3 == 1)
      lan_datagram_session_rekey (w->side[side], w->now_us);
    else
      settle (w);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 name[LAN_SESSION_NAME_BYTES];
  LanSeededRandom random;
  World w = { 0 };
  LanReader r;

  if (size > 4096)
    return 0;
  lan_seeded_random_init (&random, 1);
  w.side[0] = side_new (TRUE, &random);
  w.side[1] = side_new (FALSE, &random);
  lan_reader_init (&r, data, size);
  while (lan_reader_left (&r) > 0)
    run_op (&w, &r);
  /* Whatever happened: with the wire in order again the two come together. */
  w.now_us += 2 * G_USEC_PER_SEC;
  settle (&w);
  lan_datagram_session_rekey (w.side[0], w.now_us);
  settle (&w);
  g_assert (lan_datagram_session_is_established (w.side[0], w.now_us));
  g_assert (lan_datagram_session_is_established (w.side[1], w.now_us));
  g_assert (lan_datagram_session_name (w.side[0], name));
  g_assert (lan_datagram_session_next_deadline (w.side[0]) != LAN_NO_DEADLINE);
  lan_datagram_session_free (w.side[0]);
  lan_datagram_session_free (w.side[1]);
  return 0;
}
