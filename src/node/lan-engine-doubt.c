/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Is the other end of a link still there? A killed process says nothing, and a link believes in it
 * for half a minute, since links outlive changes of network. So when something else speaks for its
 * end (its lane was cut, discovery lost it, it was found again as a new process), the link is asked,
 * and ended when nothing at all comes back.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-server.h"
#include "lan-frame.h"
#include "lan-random-system.h"

#define ANSWER_US     (1500 * 1000) /* or eight round trips */
#define ROUND_TRIPS   8
#define JUST_MOVED_US (15 * G_USEC_PER_SEC) /* the link finds its new path by itself */

static gboolean
is_living_link (const LanEngineChannel *c)
{
  return c->identified && !c->ending && lan_channel_kind (c->channel) == LAN_CHANNEL_LINK;
}

static void
ask (LanPeer *peer, LanEngineChannel *c)
{
  LanEngine *engine = peer->engine;
  Lanyard__Ping ping = LANYARD__PING__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;
  LanLinkStats stats;

  ping.token = lan_random_u64 (lan_random_system ());
  frame.body_case = LANYARD__FRAME__BODY_PING;
  frame.ping = &ping;
  bytes = lan_frame_encode (&frame);
  lan_link_get_stats (lan_link_from_channel (c->channel), &stats);
  lan_engine_links_send (engine, c->id, bytes, LAN_SEND_CHAT);
  c->is_doubted = TRUE;
  c->has_stirred = FALSE;
  lan_deadlines_set (engine->links->deadlines, peer, LAN_LINKS_DUE_DOUBT,
                     engine->now.mono_us + MAX (ANSWER_US, ROUND_TRIPS * stats.rtt_us));
}

/* A link of ours that is moving cannot be asked now, but the doubt stands. */
static void
ask_later (LanPeer *peer, gint64 due_us)
{
  for (guint i = 0; i < peer->channels->len; i++)
    ((LanEngineChannel *) g_ptr_array_index (peer->channels, i))->is_doubted = FALSE;
  peer->doubt_waits = TRUE;
  lan_deadlines_set (peer->engine->links->deadlines, peer, LAN_LINKS_DUE_DOUBT, due_us);
}

void
lan_engine_peer_doubt (LanPeer *peer)
{
  gint64 settled_us = peer->engine->links->moved_us + JUST_MOVED_US;

  if (peer->engine->now.mono_us < settled_us) {
    ask_later (peer, settled_us);
    return;
  }
  for (guint i = 0; i < peer->channels->len; i++) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (is_living_link (c) && !c->is_doubted)
      ask (peer, c);
  }
}

/* Only the answer clears it: what else comes may be the last words of a process that was killed,
 * read after the end of its lane. */
void
lan_engine_channel_doubt_heard (LanEngineChannel *c, LanFrameType type)
{
  if (type == LAN_FRAME_PONG)
    c->is_doubted = FALSE;
  c->has_stirred = TRUE;
}

void
lan_engine_peer_judge (LanPeer *peer)
{
  if (peer->doubt_waits) {
    peer->doubt_waits = FALSE;
    lan_engine_peer_doubt (peer);
    return;
  }
  /* From the end: who is broken leaves the list. */
  for (guint i = peer->channels->len; i-- > 0;) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (is_living_link (c) && c->is_doubted && c->has_stirred) {
      ask (peer, c);
    } else if (is_living_link (c) && c->is_doubted) {
      g_info ("channel %" G_GUINT64_FORMAT ": no answer", c->id);
      lan_engine_channel_break (c, LAN_SESSION_FAIL_BROKEN);
    }
  }
}

/* A link that is being made hangs on a lane for its signals. When the process at the other end is
 * another one now, nobody will ever answer the rest of them. */
void
lan_engine_peer_strand (LanPeer *peer)
{
  if (lan_engine_server_has_post (peer->engine, &peer->account, &peer->device))
    return;
  for (guint i = 0; i < peer->channels->len; i++) {
    const LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (c->up && !c->ending)
      return;
  }
  for (guint i = peer->channels->len; i-- > 0;) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (!c->up && !c->ending && lan_channel_kind (c->channel) == LAN_CHANNEL_LINK)
      lan_engine_channel_break (c, LAN_SESSION_FAIL_CLOSED);
  }
}

void
lan_engine_links_doubt (LanEngine *engine, const LanAccountId *account)
{
  g_autoptr (GList) peers = g_hash_table_get_values (engine->links->peers);

  for (GList *l = peers; l != NULL; l = l->next) {
    LanPeer *peer = l->data;

    if (lan_account_id_equal (&peer->account, account))
      lan_engine_peer_doubt (peer);
  }
}
