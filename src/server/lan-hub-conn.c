/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One client's connection: gate, handshake, frames in, the end of it. An idle connection is this
 * struct, a slot of keys (lan-slim-lane.h) and the registry's own: no buffer.
 */
#include "lan-hub-private.h"
#include "lan-random-system.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_A_TURN 8 /* of one connection, 64 kB each */

static gboolean
accept_pattern (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return kind == LAN_LANE_KIND_SERVER &&
         (pattern == LAN_LANE_PATTERN_XK || pattern == LAN_LANE_PATTERN_NK ||
          pattern == LAN_LANE_PATTERN_XX);
}

static const LanLaneListener lane_callbacks = { .accept = accept_pattern };

static guint32
to_ms (gint64 us)
{
  return (guint32) (us / 1000);
}

/* ---- ends ---- */

static void
free_conn (gpointer data)
{
  LanHubConn *conn = data;
  LanHub *hub = conn->hub;

  if (conn->is_dirty)
    g_ptr_array_remove_fast (hub->dirty, conn);
  if (conn->is_unread)
    g_ptr_array_remove_fast (hub->unread, conn);
  if (conn->out != NULL)
    g_byte_array_unref (conn->out);
  lan_slim_lane_free (hub->pool, conn->slim);
  lan_lane_free (conn->lane);
  hub->conns--;
  g_free (conn);
}

void
lan_hub_conns_reap (LanHub *hub)
{
  while (hub->closed->len > 0)
    free_conn (g_ptr_array_steal_index_fast (hub->closed, hub->closed->len - 1));
}

static void
link_open (LanHubConn *conn)
{
  conn->next = conn->hub->open;
  if (conn->next != NULL)
    conn->next->before = conn;
  conn->hub->open = conn;
}

static void
unlink_open (LanHubConn *conn)
{
  if (conn->before != NULL)
    conn->before->next = conn->next;
  else
    conn->hub->open = conn->next;
  if (conn->next != NULL)
    conn->next->before = conn->before;
}

static void
leave_list (LanHubConn *conn)
{
  if (conn->link != NULL)
    g_queue_delete_link (&conn->hub->handshaking, g_steal_pointer (&conn->link));
}

/* Nothing of the connection may be called by the registry after this. */
void
lan_hub_conn_close (LanHubConn *conn, gboolean failed)
{
  LanHub *hub = conn->hub;
  LanTime now;

  if (conn->fd < 0)
    return;
  conn->state = CONN_CLOSED;
  leave_list (conn);
  lan_hub_now (&now);
  if (conn->is_listed)
    lan_hub_gate_leave (hub->gate, &conn->key, conn->is_finished, failed, now.mono_us);
  close (conn->fd);
  conn->fd = -1;
  unlink_open (conn);
  g_ptr_array_add (hub->closed, conn);
  if (conn->peer != NULL)
    lan_registry_disconnect (hub->registry, g_steal_pointer (&conn->peer), &now);
}

void
lan_hub_conn_end (LanHubConn *conn)
{
  LanTime now;

  if (conn->is_ending || conn->fd < 0)
    return;
  if (conn->slim != NULL)
    lan_slim_lane_end (conn->slim, lan_hub_conn_out (conn));
  else if (conn->out == NULL)
    (void) lan_hub_conn_out (conn);
  conn->is_ending = TRUE;
  conn->accepted_ms = 0;
  if (conn->peer != NULL) {
    lan_hub_now (&now);
    lan_registry_disconnect (conn->hub->registry, g_steal_pointer (&conn->peer), &now);
  }
  if (conn->link == NULL) {
    /* Back among those who have a deadline: who does not read is dropped all the same. */
    lan_hub_now (&now);
    conn->accepted_ms = to_ms (now.mono_us);
    conn->has_spoken = TRUE;
    g_queue_push_tail (&conn->hub->handshaking, conn);
    conn->link = conn->hub->handshaking.tail;
  }
}

void
lan_hub_conn_logged_in (LanHubConn *conn)
{
  if (conn->is_finished || !conn->is_listed)
    return;
  conn->is_finished = TRUE;
  lan_hub_gate_finish (conn->hub->gate, &conn->key);
}

/* ---- reading ---- */

const char *
lan_hub_conn_address (LanHubConn *conn, char *text, gsize len)
{
  struct sockaddr_storage address;
  socklen_t size = sizeof address;

  g_strlcpy (text, "?", len);
  if (getpeername (conn->fd, (struct sockaddr *) &address, &size) == 0)
    (void) getnameinfo ((struct sockaddr *) &address, size, text, (socklen_t) len, NULL, 0,
                        NI_NUMERICHOST);
  if (g_str_has_prefix (text, "::ffff:") && strchr (text, '.') != NULL)
    memmove (text, text + 7, len - 7);
  return text;
}

static guint16
peer_port (LanHubConn *conn)
{
  struct sockaddr_storage address = { 0 };
  socklen_t size = sizeof address;

  if (getpeername (conn->fd, (struct sockaddr *) &address, &size) != 0)
    return 0;
  /* The port lies at the same place in both. */
  return g_ntohs (((struct sockaddr_in *) &address)->sin_port);
}

static void
fail_handshake (LanHubConn *conn, LanStatus status)
{
  char address[64];

  conn->hub->counters.handshakes_failed++;
  lan_hub_log (LAN_HUB_LOG_INFO, "handshake-failed", "address=%s why=%s",
               lan_hub_conn_address (conn, address, sizeof address), lan_status_name (status));
  lan_hub_conn_close (conn, TRUE);
}

static void
on_frame (gpointer user_data, const guint8 *frame, gsize len)
{
  LanHubConn *conn = user_data;
  LanTime now;

  if (conn->peer == NULL)
    return;
  lan_hub_turn_time (conn->hub, &now);
  /* Signals wait for the end of the batch; what else there is to do is done at once. */
  if (!lan_registry_frame (conn->hub->registry, conn->peer, frame, len, &now))
    lan_hub_drain (conn->hub);
}

static void
take_output (LanHubConn *conn)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (conn->lane);
  gsize len;

  if (bytes != NULL) {
    const guint8 *data = g_bytes_get_data (bytes, &len);

    g_byte_array_append (lan_hub_conn_out (conn), data, (guint) len);
  }
}

static void
tell_server_key (LanHubConn *conn)
{
  g_autoptr (GBytes) frame = lan_registry_server_key_frame (conn->hub->registry);
  gsize len;

  if (frame != NULL) {
    const guint8 *data = g_bytes_get_data (frame, &len);

    (void) !lan_lane_send (conn->lane, data, len);
  }
}

static void
establish (LanHubConn *conn, const LanLaneEvent *event, const LanTime *now)
{
  LanHub *hub = conn->hub;
  char address[64];

  hub->counters.handshakes++;
  if (event->pattern == LAN_LANE_PATTERN_XX) {
    /* Somebody wanted to know which key we have, and knows it now; this is what the company says of it. */
    tell_server_key (conn);
    lan_lane_close (conn->lane);
    return;
  }
  conn->peer = lan_registry_connect (
      hub->registry, (guint64) (gsize) conn,
      event->pattern == LAN_LANE_PATTERN_XK && event->has_remote_static ? event->remote_static
                                                                        : NULL,
      event->handshake_hash, lan_hub_conn_address (conn, address, sizeof address), peer_port (conn),
      now);
  conn->state = CONN_OPEN;
}

static void
take_events (LanHubConn *conn, const LanTime *now)
{
  g_autoptr (GPtrArray) early = NULL; /* frames that came with the end of the handshake */
  LanStatus failed = LAN_STATUS_OK;
  LanLaneEvent event;

  while (lan_lane_next_event (conn->lane, &event)) {
    if (event.type == LAN_LANE_ESTABLISHED) {
      establish (conn, &event, now);
    } else if (event.type == LAN_LANE_FRAME) {
      if (early == NULL)
        early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_ptr_array_add (early, g_steal_pointer (&event.frame));
    } else if (event.type == LAN_LANE_FAILED) {
      failed = event.status;
    }
    lan_lane_event_clear (&event);
  }
  take_output (conn);
  if (failed != LAN_STATUS_OK) {
    fail_handshake (conn, failed);
    return;
  }
  if (conn->state != CONN_OPEN) {
    if (!lan_lane_is_open (conn->lane) && lan_lane_next_deadline (conn->lane) == LAN_NO_DEADLINE)
      lan_hub_conn_end (conn);
    return;
  }
  conn->slim = lan_slim_lane_adopt (conn->hub->pool, conn->lane, now->mono_us);
  g_clear_pointer (&conn->lane, lan_lane_free);
  leave_list (conn);
  lan_hub_drain (conn->hub);
  for (guint i = 0; early != NULL && i < early->len; i++) {
    gsize len;
    const guint8 *data = g_bytes_get_data (early->pdata[i], &len);

    on_frame (conn, data, len);
  }
}

static void
feed (LanHubConn *conn, guint8 *data, gsize len)
{
  LanStatus status;
  LanTime now;

  lan_hub_turn_time (conn->hub, &now);
  conn->has_spoken = TRUE;
  conn->hub->counters.bytes_in += len;
  if (conn->is_ending)
    return;
  if (conn->lane != NULL) {
    (void) lan_lane_feed (conn->lane, data, len, now.mono_us);
    take_events (conn, &now);
    return;
  }
  status = lan_slim_lane_feed (conn->slim, data, len, now.mono_us, on_frame, conn);
  if (status != LAN_STATUS_OK) {
    lan_hub_conn_close (conn, !conn->is_finished);
  } else if (lan_slim_lane_state (conn->slim) == LAN_SLIM_LANE_ENDED) {
    lan_hub_drain (conn->hub); /* what is for this one goes out before the end */
    lan_hub_conn_end (conn);
  }
}

/* Until it is empty, as the epoll will not name it again: a read that is not full has emptied it. */
void
lan_hub_conn_read (LanHubConn *conn)
{
  LanHub *hub = conn->hub;

  for (guint i = 0; i < READS_A_TURN && conn->fd >= 0; i++) {
    gssize n = recv (conn->fd, hub->read_buffer, LAN_HUB_READ_BYTES, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
      return;
    if (n > 0) {
      feed (conn, hub->read_buffer, (gsize) n);
      if (n < LAN_HUB_READ_BYTES && !conn->is_hung_up)
        return;
    } else if (n == 0 || errno != EINTR) {
      lan_hub_conn_close (conn, conn->lane != NULL && !conn->is_ending);
      lan_hub_drain (hub);
      return;
    }
  }
  if (conn->fd >= 0 && !conn->is_unread) {
    conn->is_unread = TRUE;
    g_ptr_array_add (hub->unread, conn);
  }
}

/* ---- accepting ---- */

static LanLane *
new_lane (LanHub *hub, gint64 now_us)
{
  const LanLaneConfig config = { .listener = &lane_callbacks,
                                 .local_secret = hub->keys->secret,
                                 .local_public = hub->keys->server_public,
                                 .net_id = hub->net_id,
                                 .random = lan_random_system () };

  return lan_lane_new_listener (&config, now_us);
}

static gboolean
pass_gate (LanHubConn *conn, const struct sockaddr *address, gint64 now_us)
{
  LanHub *hub = conn->hub;
  LanHubGateAnswer answer;

  lan_hub_gate_key (&conn->key, address);
  answer = lan_hub_gate_enter (hub->gate, &conn->key, now_us);
  if (answer == LAN_HUB_GATE_OPEN)
    return conn->is_listed = TRUE;
  /* The first of each thousand is logged: a flood must not become a flood of lines. */
  if (hub->counters.refused[answer]++ % 1000 == 0) {
    char text[64];

    lan_hub_log (LAN_HUB_LOG_NOTICE, "refused", "address=%s why=%s",
                 lan_hub_conn_address (conn, text, sizeof text), lan_hub_gate_answer_name (answer));
  }
  return FALSE;
}

void
lan_hub_conn_accept (LanHub *hub, int fd, const struct sockaddr *address)
{
  LanHubConn *conn = g_new0 (LanHubConn, 1);
  int on = 1;
  LanTime now;

  lan_hub_now (&now);
  conn->hub = hub;
  conn->fd = fd;
  hub->conns++;
  hub->counters.accepted++;
  link_open (conn);
  conn->accepted_ms = to_ms (now.mono_us);
  if (hub->stopping_us != 0 || !pass_gate (conn, address, now.mono_us)) {
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  conn->lane = new_lane (hub, now.mono_us);
  g_queue_push_tail (&hub->handshaking, conn);
  conn->link = hub->handshaking.tail;
  if (!lan_hub_poll_add (conn))
    lan_hub_conn_close (conn, FALSE);
}

void
lan_hub_conns_tick (LanHub *hub, gint64 now_us)
{
  guint32 first = (guint32) (hub->config->first_bytes * 1000);
  guint32 whole = (guint32) (hub->config->handshake * 1000);
  GList *next;

  for (GList *l = hub->handshaking.head; l != NULL; l = next) {
    LanHubConn *conn = l->data;
    guint32 age = to_ms (now_us) - conn->accepted_ms;

    next = l->next;
    if (conn->is_ending && age >= whole)
      lan_hub_conn_close (conn, FALSE);
    else if (!conn->is_ending && (age >= whole || (!conn->has_spoken && age >= first)))
      fail_handshake (conn, LAN_STATUS_EXPIRED);
  }
}

void
lan_hub_conns_drop_all (LanHub *hub)
{
  while (hub->open != NULL)
    lan_hub_conn_close (hub->open, FALSE);
}
