/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One end of a link as a program: the session machine of core and a link, without people, history
 * and servers. Signals go out as lines and come in as lines, so that a test is the post and can be
 * as slow as it likes.
 *
 *   link-peer a|b [relay=udp|tcp:ADDRESS:PORT:USER:PASSWORD]… [stun=ADDRESS:PORT] [force-relay]
 *
 * In: "open"; "signal TYPE PATH LINKID BASE64"; "send COUNT BYTES" (numbered frames as files);
 * "ping" (a chat frame, answered); "flood MBIT SECONDS" (bare datagrams over the same path, without ENet and pacer);
 * "ground" (addresses changed); "stats"; "close".
 * Out: JSON lines: ready, signal, path, up, got, flood, pong, closed.
 */
#include "lan-identity.h"
#include "lan-link.h"
#include "lan-random-system.h"
#include "lan-session.h"
#include "lan-ticker.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

#define FRAME_MAX 60000

typedef struct {
  gboolean is_a;
  GMainLoop *loop;
  LanLocalKeys keys;
  guint8 remote_key[LAN_KEY_BYTES];
  LanPathConfig path;
  LanSession *session;
  LanSessionPool pool;
  LanLink *link;
  LanTicker *ticker;
  guint32 next, count, len; /* to be sent */
  guint32 expected;         /* number of the next frame to come */
  guint64 wrong;            /* lost, twice or out of order */
  guint64 bytes;
  gint64 first_us, last_us;
  double flood_rate; /* bytes per microsecond */
  gint64 flood_from_us, flood_until_us;
  guint64 flooded; /* bytes sent by us, or come from the other side */
  gint64 flood_first_us, flood_last_us;
  guint8 ts[LAN_TS_BYTES];
  gboolean has_ts;
} Peer;

static void run_actions (Peer *p);

static gint64
now (void)
{
  return lan_boottime_us ();
}

static void
hello (LanHello *out, gpointer data)
{
  Peer *p = data;

  memset (out, 0, sizeof *out);
  lan_ts_next (out->ts, p->has_ts ? p->ts : NULL, g_get_real_time () / 1000);
  memcpy (p->ts, out->ts, sizeof p->ts);
  p->has_ts = TRUE;
  out->caps = LAN_CAP_LINK;
}

/* Keys for a test: anybody could know them. */
static void
make_keys (Peer *p)
{
  guint8 other[LAN_KEY_BYTES];

  memset (p->keys.dh_secret, p->is_a ? 1 : 2, LAN_KEY_BYTES);
  memset (other, p->is_a ? 2 : 1, LAN_KEY_BYTES);
  lan_dh_public_from_secret (p->remote_key, other);
  p->keys.hello = hello;
  p->keys.data = p;
}

/* ---- sending and receiving ---- */

static void
send_more (Peer *p)
{
  g_autofree guint8 *frame = g_malloc0 (FRAME_MAX);

  while (p->link != NULL && p->next < p->count) {
    guint32 number = GUINT32_TO_LE (p->next);

    memcpy (frame, &number, sizeof number);
    if (!lan_channel_send (lan_link_channel (p->link), LAN_STREAM_FILES, frame, p->len))
      return;
    p->next++;
  }
}

static void
on_chat (Peer *p, const guint8 *frame, gsize len)
{
  guint8 answer[16];
  gint64 sent;

  if (len != sizeof answer)
    return;
  memcpy (&sent, frame + 8, sizeof sent);
  if (frame[0] == 1) {
    memcpy (answer, frame, sizeof answer);
    answer[0] = 2;
    if (!lan_channel_send (lan_link_channel (p->link), LAN_STREAM_CHAT, answer, sizeof answer))
      g_printerr ("no room for a pong\n");
  } else {
    g_print ("{\"pong\": %" G_GINT64_FORMAT "}\n", now () - sent);
  }
}

static void
on_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  Peer *p = data;
  guint32 number, count;

  if (stream == LAN_STREAM_CHAT) {
    on_chat (p, frame, len);
    return;
  }
  memcpy (&number, frame, sizeof number);
  p->wrong += GUINT32_FROM_LE (number) != p->expected;
  p->expected = GUINT32_FROM_LE (number) + 1;
  p->last_us = now ();
  if (p->bytes == 0)
    p->first_us = p->last_us;
  p->bytes += len;
  count = p->expected;
  if (count % 100 == 0)
    g_print ("{\"got\": %u, \"wrong\": %" G_GUINT64_FORMAT ", \"bytes\": %" G_GUINT64_FORMAT
             ", \"us\": %" G_GINT64_FORMAT "}\n",
             count, p->wrong, p->bytes, p->last_us - p->first_us);
}

static void
on_writable (LanChannel *channel, LanStream stream, gpointer data)
{
  if (stream == LAN_STREAM_FILES)
    send_more (data);
}

static void
on_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  Peer *p = data;

  g_print ("{\"up\": true}\n");
  lan_session_on_link_up (p->session, lan_link_id (p->link), now ());
  run_actions (p);
  send_more (p);
}

static void
on_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  Peer *p = data;
  LanLinkId id = *lan_link_id (p->link);

  g_print ("{\"closed\": \"%s\", \"detail\": \"%s\"}\n", lan_close_reason_name (reason), detail);
  lan_channel_free (channel);
  p->link = NULL;
  lan_session_on_link_down (
      p->session, &id,
      reason == LAN_CLOSE_REMOTE ? LAN_SESSION_FAIL_CLOSED : LAN_SESSION_FAIL_BROKEN, now ());
  run_actions (p);
}

static const LanChannelEvents channel_events = { on_up, on_frame, on_writable, on_closed };

/* ---- bare datagrams, as fast as told ---- */

static gboolean
flood_more (gpointer data)
{
  Peer *p = data;
  static const guint8 datagram[LAN_LINK_DATAGRAM_MAX];
  gint64 at = now ();
  guint64 due = (guint64) (p->flood_rate * (double) (at - p->flood_from_us));

  if (p->link == NULL || at >= p->flood_until_us) {
    g_print ("{\"flood\": \"sent\", \"bytes\": %" G_GUINT64_FORMAT "}\n", p->flooded);
    return G_SOURCE_REMOVE;
  }
  while (p->flooded < due) {
    if (!lan_link_send_datagram (p->link, LAN_DATAGRAM_LANE_MEDIA, datagram, sizeof datagram))
      break;
    p->flooded += sizeof datagram;
  }
  return G_SOURCE_CONTINUE;
}

static void
flood (Peer *p, double mbit, double seconds)
{
  p->flooded = 0;
  p->flood_rate = mbit / 8;
  p->flood_from_us = now ();
  p->flood_until_us = p->flood_from_us + (gint64) (seconds * 1e6);
  g_timeout_add (1, flood_more, p);
}

/* A pause begins another flood. */
static void
on_datagram (LanLink *link, LanDatagramLane lane, const guint8 *bytes, gsize len, gpointer data)
{
  Peer *p = data;
  gint64 at = now ();

  if (at - p->flood_last_us > G_USEC_PER_SEC / 2) {
    p->flooded = 0;
    p->flood_first_us = at;
  }
  p->flood_last_us = at;
  p->flooded += len;
  if (p->flooded / len % 500 == 0)
    g_print ("{\"flood\": \"got\", \"bytes\": %" G_GUINT64_FORMAT ", \"us\": %" G_GINT64_FORMAT
             "}\n",
             p->flooded, at - p->flood_first_us);
}

/* ---- the link ---- */

static void
on_signal (LanLink *link, const LanLinkSignal *signal, gpointer data)
{
  Peer *p = data;
  LanSessionSignal s = { signal->link_id, (LanSessionSignalType) signal->type, signal->path,
                         signal->text };

  lan_session_on_link_signal (p->session, &s, now ());
  run_actions (p);
}

static void
on_path (LanLink *link, LanPathType type, gpointer data)
{
  Peer *p = data;
  LanLinkStats stats;

  lan_link_get_stats (link, &stats);
  g_print ("{\"path\": \"%s\", \"ms\": %.1f}\n", lan_path_type_name (type),
           (double) stats.connect_us / 1000);
  lan_session_on_link_path (p->session, lan_link_id (link), type != LAN_PATH_NONE, now ());
  if (type != LAN_PATH_NONE)
    lan_session_on_link_relayed (p->session, lan_link_id (link), type == LAN_PATH_RELAYED, now ());
  run_actions (p);
}

static void
on_silent (LanLink *link, gpointer data)
{
  Peer *p = data;

  g_print ("{\"silent\": true}\n");
  lan_session_on_link_silent (p->session, lan_link_id (link), now ());
  run_actions (p);
}

static void
on_configure (LanLink *link, LanPathConfig *config, gpointer data)
{
  lan_path_config_copy (config, &((Peer *) data)->path);
}

static const LanLinkEvents link_events = {
  .signal = on_signal,
  .path = on_path,
  .silent = on_silent,
  .configure = on_configure,
  .datagram = on_datagram,
};

static void
make_link (Peer *p, const LanSessionAction *action)
{
  LanLinkConfig config = { .link_id = action->signal.link_id,
                           .offerer = action->type == LAN_SESSION_OFFER_LINK,
                           .keys = p->keys,
                           .path = p->path };
  g_autoptr (GError) error = NULL;
  LanLinkSignal offer = { action->signal.link_id, (LanLinkSignalType) action->signal.type,
                          action->signal.path, action->signal.text };

  memcpy (config.remote_key, p->remote_key, LAN_KEY_BYTES);
  p->link = lan_link_new (&config, &link_events, p, &error);
  if (p->link == NULL)
    g_error ("%s", error->message);
  lan_channel_set_events (lan_link_channel (p->link), &channel_events, p);
  if (!config.offerer && !lan_link_signal (p->link, &offer))
    g_printerr ("the offer breaks a rule\n");
}

static void
with_link (Peer *p, const LanSessionAction *action)
{
  LanLinkSignal signal = { action->signal.link_id, (LanLinkSignalType) action->signal.type,
                           action->signal.path, action->signal.text };

  if (p->link == NULL)
    return;
  if (action->type == LAN_SESSION_GIVE_SIGNAL && !lan_link_signal (p->link, &signal))
    g_printerr ("a signal breaks a rule\n");
  else if (action->type == LAN_SESSION_MOVE_LINK)
    lan_link_move (p->link, (LanPathWay) action->path);
  else if (action->type == LAN_SESSION_RESUME_LINK)
    lan_link_resume (p->link);
  else if (action->type == LAN_SESSION_CLOSE_LINK)
    lan_channel_close (lan_link_channel (p->link));
}

static void
print_signal (const LanSessionSignal *signal)
{
  g_autofree char *text =
      g_base64_encode ((const guchar *) (signal->text != NULL ? signal->text : ""),
                       signal->text != NULL ? strlen (signal->text) : 0);
  g_autoptr (GString) id = g_string_new (NULL);

  for (guint i = 0; i < sizeof signal->link_id.b; i++)
    g_string_append_printf (id, "%02x", signal->link_id.b[i]);
  g_print ("{\"signal\": \"signal %d %u %s %s\"}\n", signal->type, signal->path, id->str,
           text[0] != '\0' ? text : "-");
}

static void
run_actions (Peer *p)
{
  LanSessionAction action;

  while (lan_session_next_action (p->session, &action)) {
    switch (action.type) {
    case LAN_SESSION_OFFER_LINK:
    case LAN_SESSION_ANSWER_LINK:
      make_link (p, &action);
      break;
    case LAN_SESSION_SEND_SIGNAL:
      print_signal (&action.signal);
      break;
    default:
      with_link (p, &action);
      break;
    }
    lan_session_action_clear (&action);
  }
  lan_ticker_set (p->ticker, lan_session_next_deadline (p->session));
}

static void
on_tick (gpointer data)
{
  Peer *p = data;

  lan_session_advance (p->session, now ());
  run_actions (p);
}

/* ---- orders ---- */

static void
take_signal (Peer *p, char **words)
{
  LanSessionSignal signal = { .type = (LanSessionSignalType) atoi (words[1]),
                              .path = (guint32) atoi (words[2]) };
  g_autofree char *text = NULL;
  gsize len = 0;
  guchar *bytes;

  for (guint i = 0; i < sizeof signal.link_id.b; i++)
    signal.link_id.b[i] = (guint8) (g_ascii_xdigit_value (words[3][2 * i]) << 4 |
                                    g_ascii_xdigit_value (words[3][2 * i + 1]));
  bytes = g_base64_decode (strcmp (words[4], "-") == 0 ? "" : words[4], &len);
  text = g_strndup ((const char *) bytes, len);
  g_free (bytes);
  signal.text = text;
  lan_session_on_signal (p->session, &signal, now ());
}

static void
take_order (Peer *p, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 6);
  guint n = g_strv_length (words);

  if (strcmp (words[0], "open") == 0) {
    lan_session_set_demand (p->session, TRUE, now ());
  } else if (strcmp (words[0], "signal") == 0 && n == 5) {
    take_signal (p, words);
  } else if (strcmp (words[0], "send") == 0 && n == 3) {
    p->count += (guint32) atoi (words[1]);
    p->len = (guint32) atoi (words[2]);
    send_more (p);
  } else if (strcmp (words[0], "ping") == 0 && p->link != NULL) {
    guint8 frame[16] = { 1 };
    gint64 at = now ();

    memcpy (frame + 8, &at, sizeof at);
    if (!lan_channel_send (lan_link_channel (p->link), LAN_STREAM_CHAT, frame, sizeof frame))
      g_printerr ("no room for a ping\n");
  } else if (strcmp (words[0], "stats") == 0 && p->link != NULL) {
    LanLinkStats stats;

    lan_link_get_stats (p->link, &stats);
    g_print ("{\"window\": %zu, \"rtt_ms\": %.1f, \"queue_ms\": %.1f}\n", stats.window,
             (double) stats.rtt_us / 1000, (double) stats.queue_delay_us / 1000);
  } else if (strcmp (words[0], "flood") == 0 && n == 3) {
    flood (p, g_ascii_strtod (words[1], NULL), g_ascii_strtod (words[2], NULL));
  } else if (strcmp (words[0], "ground") == 0) {
    lan_session_on_network_changed (p->session, now ());
  } else if (strcmp (words[0], "close") == 0) {
    g_main_loop_quit (p->loop);
  }
  run_actions (p);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *p = data;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL) {
    g_main_loop_quit (p->loop);
    return;
  }
  take_order (p, line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), 0, NULL, on_line, p);
}

static void
take_option (Peer *p, const char *option)
{
  g_auto (GStrv) words = g_strsplit (option, ":", 5);
  guint n = g_strv_length (words);

  if (strcmp (option, "force-relay") == 0) {
    p->path.force_relay = TRUE;
  } else if (g_str_has_prefix (option, "stun=") && n == 2) {
    p->path.stun_host = g_strdup (words[0] + 5);
    p->path.stun_port = (guint16) atoi (words[1]);
  } else if (g_str_has_prefix (option, "relay=") && n == 5) {
    /* USER holds a colon in coturn's scheme: EXPIRY:NAME, and base64 passwords none. */
    const char *colon = strrchr (option, ':');
    const char *user = words[3];
    g_autofree char *full =
        g_strndup (strstr (option, user), (gsize) (colon - strstr (option, user)));

    if (p->path.relays == NULL)
      p->path.relays = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_relay_free);
    g_ptr_array_add (
        p->path.relays,
        lan_relay_new (strcmp (words[0] + 6, "tcp") == 0 ? LAN_RELAY_TCP : LAN_RELAY_UDP, words[1],
                       (guint16) atoi (words[2]), full, colon + 1));
  } else {
    g_error ("what is '%s'?", option);
  }
}

int
main (int argc, char **argv)
{
  Peer p = { .is_a = argc > 1 && strcmp (argv[1], "a") == 0 };
  LanSessionConfig config = { .self = { { p.is_a ? 1 : 2 } },
                              .remote = { { p.is_a ? 2 : 1 } },
                              .pool = &p.pool,
                              .random = lan_random_system () };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);

  setvbuf (stdout, NULL, _IOLBF, 0);
  make_keys (&p);
  for (int i = 2; i < argc; i++)
    take_option (&p, argv[i]);
  config.remote_key = p.remote_key;
  p.loop = g_main_loop_new (NULL, FALSE);
  p.ticker = lan_ticker_new (on_tick, &p);
  p.session = lan_session_new (&config);
  lan_session_set_relay (p.session, p.path.relays != NULL, now ());
  lan_session_set_post (p.session, TRUE, now ());
  run_actions (&p);
  g_print ("{\"ready\": true}\n");
  g_data_input_stream_read_line_async (lines, 0, NULL, on_line, &p);
  g_main_loop_run (p.loop);
  if (p.link != NULL)
    lan_channel_free (lan_link_channel (p.link));
  while (lan_paths_closing () > 0)
    g_main_context_iteration (NULL, TRUE);
  lan_session_free (p.session);
  lan_ticker_free (p.ticker);
  lan_path_config_clear (&p.path);
  g_main_loop_unref (p.loop);
  return 0;
}
