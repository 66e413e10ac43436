/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the two halves of the session machine share: lan-session.c decides on lanes, -link.c on links.
 */
#pragma once

#include "lan-address-book.h"
#include "lan-session.h"

G_BEGIN_DECLS

#define LAN_SESSION_MOVE_SPACING_US (1 * G_USEC_PER_SEC)

struct _LanSession {
  LanDeviceId self, remote;
  gboolean has_key;
  guint8 key[LAN_SESSION_KEY_BYTES];
  LanSessionPool *pool;
  const LanRandom *random;
  LanAddressBook *addresses;
  GQueue actions; /* of LanSessionAction */

  /* what is wanted */
  gboolean keep, has_slot, demand, is_hidden;
  gboolean has_post; /* signals get there without a lane */
  gint64 used_us;    /* last traffic */

  /* lanes: the one in use, and a dial that may replace it */
  guint64 lane; /* 0: none */
  gboolean lane_is_ours, lane_is_suspect;
  gboolean peer_does_links;
  gint64 lane_up_us;
  guint64 dial; /* 0: none */
  gboolean dial_is_ik;
  gboolean try_xx; /* an IK dial failed in its handshake */
  guint64 next_dial;
  guint failures;
  gint64 retry_us; /* no dial before */

  /* the link */
  LanSessionLink link; /* never WAIT: that is NONE and wanted */
  LanLinkId link_id;
  gboolean link_is_ours;
  gint64 link_up_us;
  guint link_failures;
  gint64 link_retry_us; /* no offer before */
  gint64 moved_us;
  gboolean move_due;
  gboolean has_relay, is_relayed;
  gint64 relay_due_us;  /* a link under way is then tried by a relay; LAN_NO_DEADLINE */
  gint64 direct_due_us; /* a relayed link then looks for a direct path; LAN_NO_DEADLINE */
  guint direct_tries;
  GQueue held; /* of LanSessionSignal: for the lane that is being dialled */
  GQueue
      passed_over; /* of LanSessionSignal: an offer that lost against our link, and what followed */
  gint64 passed_over_us;

  LanSessionWay told_way;
};

LanSessionAction *lan_session_act (LanSession *s, LanSessionActionType type);
void lan_session_act_link (LanSession *s, LanSessionActionType type);
void lan_session_signal_set (LanSessionSignal *to, const LanSessionSignal *from);
void lan_session_signal_free (LanSessionSignal *signal);

gboolean lan_session_link_is_made (const LanSession *s);
gboolean lan_session_wants_link (const LanSession *s);
gboolean lan_session_is_smaller (const LanSession *s);
gint64 lan_session_back_off_us (LanSession *s, guint failures);

void lan_session_send_plain (LanSession *s, LanSessionSignalType type, const LanLinkId *link_id);
void lan_session_send_held (LanSession *s);

/** When the link wants lan_session_step_link(). */
gint64 lan_session_link_deadline (const LanSession *s);

/** The ground moved: a relayed link looks for a direct path soon again. */
void lan_session_expect_direct (LanSession *s, gint64 now_us);

/** What follows for the link from the state and the time. */
void lan_session_step_link (LanSession *s, gint64 now_us);

/** What follows for everything. Every input ends with it. */
void lan_session_step (LanSession *s, gint64 now_us);

G_END_DECLS
